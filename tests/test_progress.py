"""`course progress`: what is done is what was handed in and sealed."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from course_lib.errors import CourseError
from course_lib.explore.quiz import load_quiz, record_answer
from course_lib.jupyter.start import next_lesson
from course_lib.progress import Progress, progress_table, read_progress
from course_lib.workspace import Workspace

REPO = Path(__file__).resolve().parents[1]
LAB = "00-start-here"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for folder in ("lessons", "labs", "solutions", "work", "class", "assessments/quizzes"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text("")
    for name in (LAB, "01-next"):
        notebook = new_notebook(cells=[new_markdown_cell(f"# {name[:2]} · A title\n\ntext")])
        nbformat.write(notebook, tmp_path / "lessons" / f"{name}.ipynb")
    quiz = (REPO / "assessments/quizzes/00.yaml").read_text(encoding="utf-8")
    (tmp_path / "assessments/quizzes/00.yaml").write_text(quiz, encoding="utf-8")
    return Workspace(tmp_path)


def touch(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def first(workspace: Workspace) -> Progress:
    return read_progress(workspace, "ada")[0]


def test_each_step_of_a_lesson_is_seen_and_the_next_one_named(workspace: Workspace) -> None:
    row = first(workspace)
    assert (row.title, row.lab, row.sealed, row.quiz_right, row.quiz_questions) == (
        "A title",
        "",
        False,
        0,
        8,
    )
    assert "course start 00" in row.next_step()

    touch(workspace.work / LAB / "lab.ipynb", "{}")
    assert first(workspace).lab == "fetched"
    assert "seal" in first(workspace).next_step()

    touch(workspace.work / "packet" / "packet.lock.json", json.dumps({"entries": [{"lesson": "00"}]}))
    assert first(workspace).sealed
    assert "course submit 00" in first(workspace).next_step()

    (workspace.work / ".submitted" / "course" / f"ada+{LAB}+2026-01-01").mkdir(parents=True)
    assert first(workspace).lab == "handed in"
    assert first(workspace).done
    assert first(workspace).next_step() == ""
    assert not read_progress(workspace, "boris")[0].done, "what one learner handed in is not another's"

    touch(workspace.classroom / "feedback" / "ada" / LAB / "lab.html")
    assert first(workspace).lab == "feedback"
    assert not read_progress(workspace, "ada")[1].done


def test_jupyterlab_opens_the_first_lesson_that_is_not_finished(workspace: Workspace) -> None:
    def finish(lab: str) -> None:
        entries.append({"lesson": lab[:2]})
        touch(workspace.work / "packet" / "packet.lock.json", json.dumps({"entries": entries}))
        (workspace.work / ".submitted" / "course" / f"ada+{lab}+2026-01-01").mkdir(parents=True)

    entries: list[dict[str, str]] = []
    assert next_lesson(workspace, "ada") == "00"
    finish(LAB)
    assert next_lesson(workspace, "ada") == "01"
    assert next_lesson(workspace, "boris") == "00"
    finish("01-next")
    assert next_lesson(workspace, "ada") == "", "nothing is left: the first one opens"
    touch(workspace.work / "progress.json", "{")
    assert next_lesson(workspace, "boris") == "", "a broken record does not keep anybody from reading"


def test_quiz_answers_count_once_each_and_only_if_the_last_one_was_right(workspace: Workspace) -> None:
    questions = load_quiz(workspace.root / "assessments/quizzes/00.yaml")
    for right in (False, True):
        record_answer(workspace.work / "progress.json", "00", questions[0].id, right)
    record_answer(workspace.work / "progress.json", "00", questions[1].id, False)
    record_answer(workspace.work / "progress.json", "00", "a-question-of-an-older-version", True)
    assert first(workspace).quiz_right == 1


def test_a_broken_record_is_one_sentence(workspace: Workspace) -> None:
    touch(workspace.work / "progress.json", "{")
    with pytest.raises(CourseError, match=r"Cannot read .*progress\.json"):
        read_progress(workspace, "ada")


def test_the_table_has_a_row_for_each_lesson(workspace: Workspace) -> None:
    assert progress_table(read_progress(workspace, "ada")).row_count == 2
