"""The bank of answers through nbgrader: right ones get everything, wrong ones lose what they should.

Submission k carries the k-th answer of each exercise, so a few runs of `nbgrader autograde` grade them all.
"""

import ast
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path

import nbformat
import pytest

from course_lib.grading.answers import Answer, build_submission, load_bank
from course_lib.grading.classroom import Outcome, grade_submissions

from .conftest import LAB, REPO, cell_of, submit

BANK = load_bank(REPO / "tests" / "answers" / LAB)
RIGHT = [answer for answer in BANK if answer.right]
WRONG = [answer for answer in BANK if not answer.right]
EXERCISES = sorted({answer.exercise for answer in BANK})


def label(answer: Answer) -> str:
    return f"{answer.exercise}/{answer.name}"


def declared_checks() -> dict[str, dict[str, str]]:
    """The message of each check of each exercise, read from the solution notebook."""
    nb = nbformat.read(REPO / "solutions" / LAB / "lab.ipynb", as_version=4)
    found: dict[str, dict[str, str]] = {}
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.id.startswith("grade_"):
            calls = (
                node.args
                for node in ast.walk(ast.parse(cell.source))
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "check"
            )
            found[cell.id.removeprefix("grade_")] = {name.value: message.value for name, _, message in calls}  # type: ignore[attr-defined]
    return found


MESSAGES = declared_checks()


@pytest.fixture(scope="module")
def outcomes(released: Path) -> dict[Answer, Outcome]:
    """Grade all answers, bundled."""
    by_student: dict[str, list[Answer]] = {}
    for kind, answers in (("right", RIGHT), ("wrong", WRONG)):
        rows = defaultdict(list)
        for answer in answers:
            rows[answer.exercise].append(answer)
        for k, bundle in enumerate(zip_longest(*rows.values())):
            by_student[f"{kind}-{k:02}"] = [answer for answer in bundle if answer is not None]
    release = released / "labs" / LAB / "lab.ipynb"
    for student, answers in by_student.items():
        submit(released, LAB, student, build_submission(release, {a.exercise: a.source for a in answers}))
    graded = {o.student: o for o in grade_submissions(released, LAB, sorted(by_student))}
    return {answer: graded[student] for student, answers in by_student.items() for answer in answers}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_bank_is_large_enough(exercise: str) -> None:
    """At least 3 different right and 5 wrong answers, and each check has a wrong answer to catch."""
    right = {a.source for a in RIGHT if a.exercise == exercise}
    wrong = [a for a in WRONG if a.exercise == exercise]
    assert len(right) >= 3
    assert len(wrong) >= 5
    assert {a.caught_by for a in wrong} == set(MESSAGES[exercise])


def test_every_exercise_has_answers() -> None:
    assert set(EXERCISES) == set(MESSAGES) - {"advice"}


@pytest.mark.slow
@pytest.mark.parametrize("answer", RIGHT, ids=label)
def test_a_right_answer_gets_all_points(
    answer: Answer, outcomes: dict[Answer, Outcome], released: Path
) -> None:
    outcome = outcomes[answer]
    failed = [check for check in outcome.checks[answer.exercise] if not check.passed]
    assert not failed
    assert outcome.points[answer.exercise] == outcome.max_points[answer.exercise]
    graded = released / "class" / "autograded" / outcome.student / LAB / "lab.ipynb"
    visible = cell_of(nbformat.read(graded, as_version=4), f"check_{answer.exercise}")
    assert [output.output_type for output in visible.outputs] == ["stream"], "a visible check refuses it"


@pytest.mark.slow
@pytest.mark.parametrize("answer", WRONG, ids=label)
def test_a_wrong_answer_is_caught_by_the_check_meant_for_it(
    answer: Answer, outcomes: dict[Answer, Outcome]
) -> None:
    outcome = outcomes[answer]
    checks = {check.name: check for check in outcome.checks[answer.exercise]}
    meant = checks[answer.caught_by]
    assert meant.reason in ("failed", "raised"), f"{answer.caught_by} did not catch it: {answer.story}"
    assert meant.message == MESSAGES[answer.exercise][answer.caught_by]
    lost = outcome.max_points[answer.exercise] - outcome.points[answer.exercise]
    assert lost >= meant.points
