"""`course progress`: what is done is what was handed in and sealed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from course_lib.errors import CourseError
from course_lib.explore.figure import compare
from course_lib.explore.quiz import load_quiz, record_answer
from course_lib.jupyter.start_page import write_start_page
from course_lib.progress import Progress, next_step, progress_table, read_progress
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
        touch(tmp_path / "labs" / name / "packet.ipynb")
    quiz = (REPO / "assessments/quizzes/00.yaml").read_text(encoding="utf-8")
    (tmp_path / "assessments/quizzes/00.yaml").write_text(quiz, encoding="utf-8")
    return Workspace(tmp_path)


def touch(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def first(workspace: Workspace) -> Progress:
    return read_progress(workspace, "ada")[0]


def step(workspace: Workspace) -> tuple[str, str]:
    """What comes next for Ada, and the file that it opens."""
    found = next_step(read_progress(workspace, "ada"))
    assert found is not None
    return found.sentence, found.opens


def notebook(run: int, of: int) -> str:
    """A notebook with so many code cells, some of them run."""
    cells = [
        {
            "cell_type": "code",
            "id": f"c{n}",
            "metadata": {},
            "source": str(n),
            "outputs": [],
            "execution_count": 1 if n < run else None,
        }
        for n in range(of)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_each_step_of_a_lesson_is_seen_and_the_next_one_named(workspace: Workspace) -> None:
    row = first(workspace)
    assert (row.title, row.lab, row.sealed, row.quiz_right, row.quiz_questions) == (
        "A title",
        "",
        False,
        0,
        8,
    )
    assert step(workspace) == ("read lesson 00", f"work/lessons/{LAB}.ipynb")

    touch(workspace.work / "lessons" / f"{LAB}.ipynb", notebook(run=2, of=4))
    assert step(workspace)[0] == "go on with lesson 00 (2 of 4 cells run so far)"
    touch(workspace.work / "lessons" / f"{LAB}.ipynb", notebook(run=4, of=4))
    assert step(workspace) == ("do lab 00", f"work/{LAB}/lab.ipynb")

    for place in (workspace.labs, workspace.work):
        touch(place / LAB / "lab.ipynb", notebook(run=0, of=3))
    assert first(workspace).lab == "", "fetched and untouched is not begun"
    touch(workspace.work / LAB / "lab.ipynb", notebook(run=3, of=3))
    assert first(workspace).lab == "", "run and unchanged is not begun"
    touch(workspace.work / LAB / "lab.ipynb", notebook(run=3, of=4))
    assert first(workspace).lab == "begun"
    assert step(workspace) == ("go on with lab 00 and hand it in", f"work/{LAB}/lab.ipynb")

    (workspace.work / ".submitted" / "course" / f"ada+{LAB}+2026-01-01").mkdir(parents=True)
    assert first(workspace).lab == "handed in"
    assert step(workspace) == ("do the packet task of lesson 00 and seal it", f"work/{LAB}/packet.ipynb")
    touch(workspace.work / "packet" / "packet.lock.json", json.dumps({"entries": [{"lesson": "00"}]}))
    assert first(workspace).sealed
    assert first(workspace).done
    assert first(workspace).next_step() is None
    assert step(workspace)[0] == "read lesson 01"
    assert not read_progress(workspace, "boris")[0].done, "what one learner handed in is not another's"

    page = workspace.classroom / "feedback" / "ada" / LAB / "lab.html"
    touch(page)
    assert first(workspace).lab == "feedback"
    assert first(workspace).feedback == page
    assert not read_progress(workspace, "ada")[1].done


def test_a_quiz_that_was_answered_is_a_lesson_that_was_read(workspace: Workspace) -> None:
    for question in load_quiz(workspace.root / "assessments/quizzes/00.yaml"):
        record_answer(workspace.work / "progress.json", "00", question.id, False)
    assert first(workspace).quiz_answered == 8
    assert step(workspace)[0] == "do lab 00"


def test_a_lesson_without_a_packet_task_is_done_when_its_lab_is_handed_in(workspace: Workspace) -> None:
    (workspace.labs / LAB / "packet.ipynb").unlink()
    (workspace.work / ".submitted" / "course" / f"ada+{LAB}+2026-01-01").mkdir(parents=True)
    assert first(workspace).done
    assert step(workspace)[0] == "read lesson 01"


def test_guesses_are_counted_as_the_page_shows_them(workspace: Workspace) -> None:
    answers = [compare("q", guess, "37%") for guess in (None, "37 %", 0.9, "no idea", 0.38)]
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": answer.data}}
        for answer in answers
    ]
    cell = {"cell_type": "code", "execution_count": 1, "source": "", "outputs": outputs}
    touch(workspace.work / "lessons" / f"{LAB}.ipynb", json.dumps({"cells": [cell]}))
    row = first(workspace)
    assert (row.guesses, row.near) == (4, 1)


@pytest.mark.parametrize("broken", ["{", "[]", '{"cells": 3}', '{"cells": [{}]}'])
def test_a_broken_lesson_or_lab_stops_nobody(workspace: Workspace, broken: str) -> None:
    touch(workspace.work / "lessons" / f"{LAB}.ipynb", broken)
    touch(workspace.work / LAB / "lab.ipynb", broken)
    assert first(workspace).cells == 0


def test_the_start_page_leads_to_everything_in_one_click(workspace: Workspace) -> None:
    page = workspace.classroom / "feedback" / "ada" / LAB / "lab.html"
    touch(page, "<p>feedback</p>")
    touch(workspace.work / "packet" / "page.html")
    for name in (LAB, "01-next"):
        touch(workspace.work / "lessons" / f"{name}.ipynb", notebook(run=1, of=4))
        for file in ("lab", "packet"):
            touch(workspace.work / name / f"{file}.ipynb", notebook(run=0, of=1))
    written = write_start_page(workspace, "ada")
    (cell,) = nbformat.read(written, as_version=4).cells
    shown = "".join(cell.outputs[0].data["text/html"])
    targets = {(workspace.work / unquote(way)).resolve() for way in re.findall(r'href="([^"]+)"', shown)}
    for target in targets:
        assert target.is_file(), target
    assert page.resolve() in targets
    assert {path.resolve() for path in workspace.work.rglob("*.ipynb")} - {written.resolve()} <= targets
    assert "Next: " in cell.outputs[0].data["text/plain"]


def test_a_broken_record_is_said_on_the_start_page(workspace: Workspace) -> None:
    touch(workspace.work / "progress.json", "{")
    (cell,) = nbformat.read(write_start_page(workspace, "ada"), as_version=4).cells
    assert "Cannot read" in cell.outputs[0].text


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
