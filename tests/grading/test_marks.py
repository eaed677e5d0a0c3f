"""Points that a person gave stay with the answer that they were given for, and being late costs a share of all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import _gradebook, generate_feedback, grade_submissions, make_release
from course_lib.grading.export import read_grades
from course_lib.grading.marks import answers_in
from course_lib.grading.report import build_page, current_outcomes

from .conftest import TINY, add_tiny, cell_of, make_root, submit

RIGHT = {"double": "def double(x):\n    return x + x", "triple": "def triple(x):\n    return x * 3"}
TENTH = """
from nbgrader.plugins import LateSubmissionPlugin

class Tenth(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score * 0.1

c.AssignLatePenalties.plugin_class = Tenth
"""


def text_cell(text: str, **more: object) -> nbformat.NotebookNode:
    settings = {"grade_id": "grade_why", "grade": True, "solution": True, "points": 2}
    return new_markdown_cell(text, metadata={"nbgrader": settings}, **more)


def test_an_answer_is_text_and_pictures_of_its_own_cells() -> None:
    def code(name: str, source: str, **kind: object) -> nbformat.NotebookNode:
        return new_code_cell(source, metadata={"nbgrader": {"grade_id": name, **kind}})

    def hashes(solution: str, text: nbformat.NotebookNode, check: str = "assert True") -> dict[str, str]:
        cells = [
            code("solve_a", solution, solution=True, grade=False),
            code("check_a", check, solution=False, grade=True, points=0),
            code("grade_a", check, solution=False, grade=True, points=4),
            text,
        ]
        return answers_in(new_notebook(cells=cells))

    first = hashes("a = 1", text_cell("Because."))
    assert set(first) == {"grade_a", "grade_why"}
    assert hashes("a = 1", text_cell("Because.\n"), "assert a") == first, "checks and line ends are no answer"
    other = hashes("a = 2", text_cell("Because."))
    assert other["grade_a"] != first["grade_a"]
    assert other["grade_why"] == first["grade_why"]
    picture = text_cell("Because.", attachments={"a.png": {"image/png": "aGk="}})
    assert hashes("a = 1", picture)["grade_why"] != first["grade_why"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_root(tmp_path / "class")
    add_tiny(root)
    make_release(root, TINY)
    return root


def hand_in(root: Path, why: str, triple: str = RIGHT["triple"]) -> None:
    answers = {**RIGHT, "triple": triple, "why": why}
    submit(root, TINY, "ada", build_submission(root / "labs" / TINY / "lab.ipynb", answers))


def mark(root: Path, points: float) -> None:
    """Give points as the formgrader does."""
    with _gradebook(root) as book:
        grade = book.find_grade("grade_why", "lab", TINY, "ada")
        grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


def why(root: Path, **how: bool) -> tuple[float, bool]:
    """Grade; return what the written answer has, and whether a person is asked."""
    (outcome,) = grade_submissions(root, TINY, **how)
    return outcome.points["why"], "why" in outcome.waiting


def words(page: Path) -> str:
    return " ".join(BeautifulSoup(page.read_text(), "html.parser").get_text(" ").split())


@pytest.mark.slow
def test_a_mark_stays_until_its_answer_changes(root: Path) -> None:
    hand_in(root, "Because of the sign.")
    assert why(root) == (0.0, True)
    mark(root, 1.5)
    assert why(root, again=True) == (1.5, False)

    path = root / "solutions" / TINY / "lab.ipynb"
    nb = nbformat.read(path, as_version=4)
    cell_of(nb, "grade_triple").source += "\n# changed"
    nbformat.write(nb, path)
    assert why(root) == (1.5, False), "a changed check"
    with _gradebook(root) as book:
        book.update_or_create_assignment(TINY, duedate="2026-01-01 00:00:00 UTC")
    assert why(root) == (1.5, False), "a changed due date"
    hand_in(root, "Because of the sign.", "def triple(x):\n    return abs(x) * 3")
    assert why(root) == (1.5, False), "another cell's answer"

    hand_in(root, "Because of something else.")
    assert why(root) == (1.5, True), "a changed answer is read again, and the old mark shows"
    assert why(root, again=True) == (1.5, True), "nobody has read it yet"
    (page,) = generate_feedback(root, TINY)
    assert "waits, 1.5 so far, up to 2" in " ".join(
        BeautifulSoup(page.read_text(), "html.parser").get_text(" ").split()
    )
    hand_in(root, "Because of the sign.")
    assert why(root) == (1.5, False), "the answer that was marked is back"
    hand_in(root, "Because of something else.")
    assert why(root) == (1.5, True)
    mark(root, 2.0)
    assert why(root, again=True) == (2.0, False)


@pytest.mark.slow
def test_plain_nbgrader_keeps_a_mark_too(root: Path) -> None:
    """`nbgrader autograde` and the formgrader's button: stock nbgrader asks again for every mark."""
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def autograde() -> bool:
        command = ["nbgrader", "autograde", TINY, "--force"]
        done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        with _gradebook(root) as book:
            grade = book.find_grade("grade_why", "lab", TINY, "ada")
            assert grade.auto_score is None
            return bool(grade.needs_manual_grade)

    hand_in(root, "Because of the sign.")
    assert autograde()
    mark(root, 1.5)
    assert not autograde()
    assert why(root) == (1.5, False)
    hand_in(root, "Because of something else.")
    assert autograde()


@pytest.mark.slow
def test_being_late_costs_a_share_of_marks_too_whenever_they_were_given(root: Path) -> None:
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(TENTH)
    with _gradebook(root) as book:
        book.update_or_create_assignment(TINY, duedate=str(datetime.now(UTC) - timedelta(hours=2)))
    hand_in(root, "Because of the sign.")
    stamp = root / "class" / "submitted" / "ada" / TINY / "timestamp.txt"
    stamp.write_text(f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%d %H:%M:%S.%f} UTC")
    (graded,) = grade_submissions(root, TINY)
    assert (graded.score, graded.final) == (8.0, pytest.approx(7.2))
    mark(root, 2.0)  # after grading: no grader runs from here on

    (page,) = generate_feedback(root, TINY)
    text = words(page)
    assert "9 of 10 points" in text
    assert "Handed in late −1 " in text
    mark(root, 1.0)
    assert read_grades(root).learners[0].scores == {TINY: pytest.approx(8.1)}
    mark(root, 2.0)
    (shown,) = current_outcomes(root, TINY)
    assert (shown.final, shown.waiting) == (pytest.approx(9.0), ())
    assert "lowest 9, highest 9" in BeautifulSoup(
        build_page(TINY, [shown], [], datetime.now(UTC)), "html.parser"
    ).get_text(" ")
    with _gradebook(root) as book:
        book.grant_extension(TINY, "ada", days=3)  # as the guide says
    assert read_grades(root).learners[0].scores == {TINY: 10.0}, "an extension needs no grading"
    record = root / "class" / "records" / TINY / "ada.json"
    assert json.loads(record.read_text())["outcome"]["points"]["why"] == 0.0, "the record alone does not know"
