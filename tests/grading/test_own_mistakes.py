"""The instructor's own mistakes are told to the instructor, before anybody is graded, and cost no learner anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest

from course_lib.errors import CourseError
from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import (
    ClassroomError,
    _gradebook,
    grade_submissions,
    load_outcomes,
    make_release,
)
from course_lib.grading.exchange import nbgrader_settings
from course_lib.grading.reference import BrokenReferenceError, check_reference
from course_lib.grading.settings import SettingsError, read_settings
from course_lib.workspace import Workspace

from .conftest import TINY, add_tiny, cell_of, make_root, submit

RIGHT = {"double": "def double(x):\n    return x + x", "triple": "def triple(x):\n    return x * 3"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("c.X = ", r"line \d+ can't be used: SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
        ("import no_such_thing", "no_such"),
    ],
)
def test_broken_settings_are_one_sentence_wherever_they_are_read(
    tmp_path: Path, line: str, said: str
) -> None:
    root = make_root(tmp_path)
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(f"\n{line}\n")
    for read in (lambda: read_settings(root), lambda: nbgrader_settings(Workspace(root)).__enter__()):
        with pytest.raises(SettingsError, match=said) as error:
            read()
        assert "\n" not in str(error.value)


def test_a_solution_that_is_no_notebook_is_one_sentence(tmp_path: Path) -> None:
    root = make_root(tmp_path)
    add_tiny(root).write_text('{"cells": [')
    with pytest.raises(BrokenReferenceError, match="can't be read as a notebook"):
        check_reference(root, TINY)


@pytest.fixture
def graded(tmp_path: Path, bubblewrap: None) -> Path:
    """A class of one, graded, whose lab was due an hour before."""
    root = make_root(tmp_path)
    add_tiny(root)
    make_release(root, TINY)
    path = submit(root, TINY, "ada", build_submission(root / "labs" / TINY / "lab.ipynb", RIGHT))
    (path.parent / "timestamp.txt").write_text(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} UTC")
    grade_submissions(root, TINY)
    with _gradebook(root) as book:
        book.update_or_create_assignment(TINY, duedate=str(datetime.now(UTC) - timedelta(hours=1)))
    return root


@pytest.mark.slow
def test_a_failed_release_leaves_the_lab_that_is_out(graded: Path) -> None:
    before = (graded / "labs" / TINY / "lab.ipynb").read_bytes()
    source = graded / "solutions" / TINY / "lab.ipynb"
    nb = nbformat.read(source, as_version=4)
    nb.cells.remove(cell_of(nb, "grade_triple"))
    nbformat.write(nb, source)
    with pytest.raises(ClassroomError, match="can't be added or removed"):
        make_release(graded, TINY)
    assert (graded / "labs" / TINY / "lab.ipynb").read_bytes() == before


@pytest.mark.slow
def test_other_points_need_a_release(graded: Path) -> None:
    source = graded / "solutions" / TINY / "lab.ipynb"
    nb = nbformat.read(source, as_version=4)
    cell_of(nb, "grade_double").metadata.nbgrader.points += 5
    nbformat.write(nb, source)
    with pytest.raises(ClassroomError, match=r"grade_double is worth .* run `course release`"):
        grade_submissions(graded, TINY)


@pytest.mark.slow
def test_a_late_rule_that_fails_is_no_learners_fault(graded: Path) -> None:
    rule = "from nbgrader.plugins import LateSubmissionPlugin\n\n\nclass Mine(LateSubmissionPlugin):\n"
    rule += "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n        return scoer\n\n\n"
    with (graded / "nbgrader_config.py").open("a") as file:
        file.write(f"\n{rule}c.AssignLatePenalties.plugin_class = Mine\n")
    with pytest.raises(CourseError, match=r"late rule Mine .*NameError.*scoer"):
        grade_submissions(graded, TINY, again=True)
    assert [outcome.status for outcome in load_outcomes(graded, TINY)] == ["graded"]
