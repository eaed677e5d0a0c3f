"""The banks of answers through nbgrader: right ones get everything, wrong ones lose what they should.

Submission k carries the k-th answer of each exercise, so a few submissions grade them all.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from course_lib.errors import CourseError
from course_lib.grading.answers import Answer, load_bank
from course_lib.grading.bank import LabVerdicts, Verdict, declared_checks, grade_bank
from course_lib.grading.classroom import make_release

from .conftest import LABS, REPO, add_lab, make_root
from .test_labs import exercises, solution_of

# The first test of a lab waits until all of its answers are graded, some forty notebooks, beside other tests.
pytestmark = pytest.mark.timeout(2400)

BANKS = {lab: load_bank(REPO / "tests" / "answers" / lab) for lab in LABS}
MESSAGES = {lab: declared_checks(REPO / "solutions" / lab / "lab.ipynb") for lab in LABS}
EXERCISES = [(lab, exercise) for lab in LABS for exercise in sorted(exercises(solution_of(lab)))]
ANSWERS = [(lab, answer) for lab, bank in BANKS.items() for answer in bank]


def label(value: object) -> str:
    if isinstance(value, Answer):
        return f"{'right' if value.right else 'wrong'}/{value.exercise}/{value.name}"
    return str(value)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[Answer, Verdict]]:
    """Grade all answers of a lab, bundled, once."""

    @cache
    def grade(lab: str) -> dict[Answer, Verdict]:
        root = make_root(tmp_path_factory.mktemp("bank"))
        add_lab(root, lab)
        make_release(root, lab)
        return grade_bank(root, lab, BANKS[lab])

    return grade


@pytest.mark.parametrize(("lab", "exercise"), EXERCISES, ids=label)
def test_the_bank_is_large_enough(lab: str, exercise: str) -> None:
    """At least 3 different right and 5 wrong answers, and each check has a wrong answer to catch."""
    right = {a.source for a in BANKS[lab] if a.right and a.exercise == exercise}
    wrong = [a for a in BANKS[lab] if not a.right and a.exercise == exercise]
    assert len(right) >= 3
    assert len(wrong) >= 5
    assert {a.caught_by for a in wrong} == set(MESSAGES[lab][exercise])


@pytest.mark.parametrize("lab", LABS)
def test_no_answer_belongs_to_an_exercise_that_is_not_there(lab: str) -> None:
    assert {answer.exercise for answer in BANKS[lab]} == exercises(solution_of(lab))


@pytest.mark.slow
@pytest.mark.parametrize(("lab", "answer"), ANSWERS, ids=label)
def test_a_right_answer_gets_all_points_and_a_wrong_one_is_caught_by_the_check_meant_for_it(
    lab: str, answer: Answer, verdicts: Callable[[str], dict[Answer, Verdict]]
) -> None:
    assert not verdicts(lab)[answer].fault, answer.story


@pytest.mark.slow
@pytest.mark.parametrize("lab", LABS)
def test_the_readme_shows_this_table(lab: str, verdicts: Callable[[str], dict[Answer, Verdict]]) -> None:
    row = LabVerdicts(lab, list(verdicts(lab).values())).row()
    assert f"| {' | '.join(row)} |" in (REPO / "README.md").read_text().splitlines()


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("right", "x = 1\n", "begins with a docstring"),
        ("wrong", '"""A story."""\nx = 1\n', "the first line must be"),
        ("right", '"""A story."""\nx = (\n', "line 2"),
    ],
)
def test_a_file_of_the_bank_that_is_no_answer_is_one_sentence(
    tmp_path: Path, kind: str, text: str, said: str
) -> None:
    path = tmp_path / kind / "double" / "odd.py"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(CourseError, match=said):
        load_bank(tmp_path)
