"""Lab 02 as a file: what is released holds no solution and no hidden test, and is always the same bytes."""

import re
import shutil
import time
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator

from course_lib.grading.classroom import grade_submissions, make_release, validate_notebook

from .conftest import LAB, REPO, add_lab, make_root

SOLUTION = REPO / "solutions" / LAB / "lab.ipynb"
RELEASED = REPO / "labs" / LAB / "lab.ipynb"


@pytest.fixture(scope="module")
def solution() -> NotebookNode:
    return nbformat.read(SOLUTION, as_version=4)


@pytest.fixture(scope="module")
def lab() -> NotebookNode:
    return nbformat.read(RELEASED, as_version=4)


def hidden_lines(nb: NotebookNode) -> set[str]:
    """All lines between BEGIN and END SOLUTION or HIDDEN TESTS that could give something away."""
    found: set[str] = set()
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "markdown":
            found |= set(cell.source.splitlines())
        for region in re.findall(
            r"### BEGIN (?:SOLUTION|HIDDEN TESTS)\n(.*?)### END", cell.source, flags=re.DOTALL
        ):
            found |= {line.strip() for line in region.splitlines()}
    return {line for line in found if len(line) > 12}


def points(nb: NotebookNode) -> dict[str, float]:
    meta = (cell.metadata.get("nbgrader", {}) for cell in nb.cells)
    return {m["grade_id"].removeprefix("grade_"): m["points"] for m in meta if m.get("points")}


@pytest.mark.slow
def test_regenerating_the_release_changes_no_byte(released: Path, tmp_path: Path) -> None:
    assert (released / "labs" / LAB / "lab.ipynb").read_bytes() == RELEASED.read_bytes()
    again = make_root(tmp_path)
    add_lab(again)
    for _ in range(2):
        make_release(again, LAB)
        assert (again / "labs" / LAB / "lab.ipynb").read_bytes() == RELEASED.read_bytes()


def test_the_release_contains_no_solution_and_no_hidden_test(
    solution: NotebookNode, lab: NotebookNode
) -> None:
    lines = hidden_lines(solution)
    assert len(lines) > 150
    # Hints are code that almost gives the answer away on purpose, and visible checks may share a line.
    answers = "\n".join(
        cell.source for cell in lab.cells if not cell.id.startswith(("card_", "check_", "measure_"))
    )
    assert not [line for line in lines if line in answers]
    everything = RELEASED.read_text()
    for word in ("BEGIN SOLUTION", "HIDDEN TESTS", "checks.check", "Checks("):
        assert word not in everything


def test_card_and_grade_cell_agree_on_points(solution: NotebookNode) -> None:
    cards = {
        cell.id.removeprefix("card_"): cell.source for cell in solution.cells if cell.id.startswith("card_")
    }
    for exercise, worth in points(solution).items():
        assert f"| {worth} points |" in cards[exercise]
        assert f"`{exercise}`" in cards[exercise]
        assert exercise == "advice" or cards[exercise].count("<details><summary>Hint") == 3
    assert sum(points(solution).values()) == 100
    assert "100 points: 94 by checks, 6 by a person" in solution.cells[0].source


@pytest.mark.parametrize("path", [SOLUTION, RELEASED], ids=["solution", "release"])
def test_both_notebooks_are_clean(path: Path) -> None:
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    MetadataValidator().validate_nb(nb)
    assert (nb.nbformat, nb.nbformat_minor) == (4, 5)
    assert nb.metadata.kernelspec.name == "python3"
    for cell in nb.cells:
        assert cell.id == cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert "ipywidgets" not in cell.source


def test_each_stub_is_complete_but_for_its_body(lab: NotebookNode) -> None:
    stubs = [cell for cell in lab.cells if cell.id.startswith("solve_")]
    assert len(stubs) == 7
    for cell in stubs:
        compile(cell.source, cell.id, "exec")
        assert "raise NotImplementedError()" in cell.source
        assert "Example:" in cell.source
        assert "Shapes:" in cell.source or "Args:" in cell.source


def test_hidden_checks_of_an_exercise_name_only_its_own_functions(solution: NotebookNode) -> None:
    """An exercise's points must not hang on what the learner wrote for another one."""
    owners = {
        function: cell.id.removeprefix("solve_")
        for cell in solution.cells
        if cell.id.startswith("solve_")
        for function in re.findall(r"^def (\w+)", cell.source, flags=re.MULTILINE)
    }
    for cell in solution.cells:
        if cell.id.startswith(("check_", "grade_")) and cell.cell_type == "code":
            for function, owner in owners.items():
                called = re.search(rf"(?<![\w.]){function}\(", re.sub(r'"[^"]*"', "", cell.source))
                assert not called or owner == cell.id.split("_", 1)[1], f"{cell.id} calls {function}"


@pytest.mark.slow
def test_the_reference_solution_gets_all_points_in_time(released: Path) -> None:
    target = released / "class" / "submitted" / "reference" / LAB / "lab.ipynb"
    target.parent.mkdir(parents=True)
    shutil.copy(SOLUTION, target)
    started = time.monotonic()
    (outcome,) = grade_submissions(released, LAB, ["reference"])
    assert time.monotonic() - started < 60
    assert outcome.score == 94
    assert outcome.waiting == ("advice",)


@pytest.mark.slow
def test_an_untouched_lab_gets_nothing_and_says_so(released: Path) -> None:
    target = released / "class" / "submitted" / "untouched" / LAB / "lab.ipynb"
    target.parent.mkdir(parents=True)
    shutil.copy(RELEASED, target)
    (outcome,) = grade_submissions(released, LAB, ["untouched"])
    assert outcome.score == 0
    assert {check.reason for checks in outcome.checks.values() for check in checks} == {"not written"}
    assert {report.status for report in validate_notebook(RELEASED)} == {"not written"}
