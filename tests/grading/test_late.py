"""Late hand-ins: nbgrader's own penalty plugin, and a time that comes from the exchange."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest

from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import _gradebook, grade_submissions, make_release
from course_lib.grading.exchange import HAS_EXCHANGE, collect, submit
from course_lib.grading.export import read_grades
from course_lib.workspace import Workspace

from .conftest import REPO, TINY, add_tiny, make_root

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not HAS_EXCHANGE, reason="nbgrader has no exchange here")]

RIGHT = {"double": "def double(x):\n    return x + x", "triple": "def triple(x):\n    return x * 3"}


GUIDE = (REPO / "assessments" / "instructor-guide.md").read_text()
OWN_RULE = next(
    code for code in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL) if "LateSubmission" in code
)
RULES = {
    "none": ("", 8.0),
    "zero": ('c.LateSubmissionPlugin.penalty_method = "zero"\n', 0.0),
    "the guide's own": (OWN_RULE, 7.2),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_late_lab_loses_what_the_rule_says_and_a_forged_time_is_no_help(tmp_path: Path, rule: str) -> None:
    setting, final = RULES[rule]
    root = make_root(tmp_path)
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(setting)
    add_tiny(root)
    make_release(root, TINY)
    workspace = Workspace(root)
    with _gradebook(root) as book:
        book.update_or_create_assignment(TINY, duedate=str(datetime.now(UTC) - timedelta(hours=1)))
    work = workspace.work / TINY
    work.mkdir(parents=True)
    nbformat.write(build_submission(root / "labs" / TINY / "lab.ipynb", RIGHT), work / "lab.ipynb")
    (work / "timestamp.txt").write_text("2001-01-01 00:00:00.000000 UTC")
    submit(workspace, TINY, "late")
    collect(workspace, TINY)

    (outcome,) = grade_submissions(root, TINY)
    assert outcome.score == 8.0, "what was earned stays visible"
    (learner,) = read_grades(root).learners
    assert learner.scores == {TINY: pytest.approx(final)}
    with _gradebook(root) as book:
        handed_in = book.find_submission(TINY, "late").timestamp
    assert abs(handed_in - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=10)


def test_making_the_release_again_keeps_the_due_date(tmp_path: Path) -> None:
    root = make_root(tmp_path)
    add_tiny(root)
    make_release(root, TINY)
    with _gradebook(root) as book:
        book.update_or_create_assignment(TINY, duedate="2026-12-01 18:00:00 UTC")
    shutil.rmtree(root / "labs")
    make_release(root, TINY)
    with _gradebook(root) as book:
        assert book.find_assignment(TINY).duedate == datetime(2026, 12, 1, 18)
