"""`course new`: what it lays out works at once, graders included, and it overwrites nothing."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from course_lib.authoring.new import lay_out, with_row
from course_lib.errors import CourseError
from course_lib.explore.quiz import load_quiz
from course_lib.grading.adequacy import lay_over, unsaid
from course_lib.grading.answers import load_bank
from course_lib.grading.classroom import make_release
from course_lib.grading.local import Lab
from course_lib.workspace import Workspace

REPO = Path(__file__).parents[2]
NAME = "05-a-new-lesson"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("clone")
    (root / "nbgrader_config.py").write_bytes((REPO / "nbgrader_config.py").read_bytes())
    (root / "README.md").write_text("| 04 | x | y |\n| 05 | Something | to come |\n| 06 | Else | to come |\n")
    lay_out(Workspace(root), "5", "a-new-lesson", "A new lesson")
    return root


def test_its_lesson_runs(root: Path) -> None:
    lesson = nbformat.read(root / "lessons" / f"{NAME}.ipynb", as_version=4)
    lesson.cells = [cell for cell in lesson.cells if cell.id != "quiz"]  # it looks for a clone
    NotebookClient(lesson, timeout=120, resources={"metadata": {"path": str(REPO)}}).execute()
    assert lesson.cells[0].source.startswith("# 05 · A new lesson")


def test_its_exercise_is_held_to_everything(root: Path) -> None:
    path = root / "solutions" / NAME / "lab.ipynb"
    lab = Lab(path)
    (exercise,) = lab.checks
    assert lab.visible_complaint(exercise) == ""
    assert unsaid(lab, path, exercise) == []
    found = list(lay_over(lab, exercise, {"solution": None}))
    assert len(found) > 25
    assert [finding.line() for finding in found if finding.verdict == "survived"] == []
    bank = load_bank(root / "tests" / "answers" / NAME)
    assert sum(answer.right for answer in bank) >= 3
    assert sum(not answer.right for answer in bank) >= 5
    for answer in bank:
        tried = lab.attempt(exercise, answer.source)
        lost = next((result.name for result in tried.results if not result.passed), None)
        assert lost == (answer.caught_by or None), answer.name


def test_its_release_shows_no_solution(root: Path) -> None:
    make_release(root, NAME)
    released = (root / "labs" / NAME / "lab.ipynb").read_text()
    assert "raise NotImplementedError()" in released
    assert "YOUR ANSWER HERE" in released
    assert "Contract(" not in released


def test_its_quiz_can_be_read_and_the_readme_has_its_row(root: Path) -> None:
    assert load_quiz(root / "assessments" / "quizzes" / "05.yaml")
    rows = (root / "README.md").read_text().splitlines()
    assert rows[1] == f"| 05 | [A new lesson](lessons/{NAME}.ipynb) | lesson, lab, quiz |"
    assert rows[2] == "| 06 | Else | to come |"
    assert with_row("no table", "05", NAME, "x") == "no table"


@pytest.mark.parametrize(
    ("number", "slug", "sentence"),
    [
        ("5", "other", "has files already"),
        ("x", "a", "no lesson's number"),
        ("6", "A b", "cannot be a lesson's name"),
    ],
)
def test_nothing_is_overwritten(root: Path, number: str, slug: str, sentence: str) -> None:
    before = sorted(root.rglob("*"))
    with pytest.raises(CourseError, match=sentence):
        lay_out(Workspace(root), number, slug, "t")
    assert sorted(root.rglob("*")) == before
