"""The bank of answers through nbgrader: right ones get everything, wrong ones lose what they should.

Submission k carries the k-th answer of each exercise, so a few submissions grade them all.
"""

from pathlib import Path

import pytest

from course_lib.grading.answers import Answer, load_bank
from course_lib.grading.bank import LabVerdicts, Verdict, declared_checks, grade_bank

from .conftest import LAB, REPO

BANK = load_bank(REPO / "tests" / "answers" / LAB)
EXERCISES = sorted({answer.exercise for answer in BANK})
MESSAGES = declared_checks(REPO / "solutions" / LAB / "lab.ipynb")


def label(answer: Answer) -> str:
    return f"{'right' if answer.right else 'wrong'}/{answer.exercise}/{answer.name}"


@pytest.fixture(scope="module")
def verdicts(released: Path) -> dict[Answer, Verdict]:
    """Grade all answers, bundled."""
    return grade_bank(released, LAB, BANK)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_bank_is_large_enough(exercise: str) -> None:
    """At least 3 different right and 5 wrong answers, and each check has a wrong answer to catch."""
    right = {a.source for a in BANK if a.right and a.exercise == exercise}
    wrong = [a for a in BANK if not a.right and a.exercise == exercise]
    assert len(right) >= 3
    assert len(wrong) >= 5
    assert {a.caught_by for a in wrong} == set(MESSAGES[exercise])


def test_every_exercise_has_answers() -> None:
    assert set(EXERCISES) == set(MESSAGES) - {"advice"}


@pytest.mark.slow
@pytest.mark.parametrize("answer", BANK, ids=label)
def test_a_right_answer_gets_all_points_and_a_wrong_one_is_caught_by_the_check_meant_for_it(
    answer: Answer, verdicts: dict[Answer, Verdict]
) -> None:
    assert not verdicts[answer].fault, answer.story


@pytest.mark.slow
def test_the_readme_shows_this_table(verdicts: dict[Answer, Verdict]) -> None:
    row = LabVerdicts(LAB, list(verdicts.values())).row()
    assert f"| {' | '.join(row)} |" in (REPO / "README.md").read_text().splitlines()
