"""Every lab as a file: what is released holds no solution and no hidden test, and is always the same bytes."""

import re
import shutil
import time
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator

from course_lib.grading.classroom import grade_submissions, make_release, validate_notebook

from .conftest import LABS, REPO, add_lab, make_root

each_lab = pytest.mark.parametrize("name", LABS)
each_notebook = pytest.mark.parametrize(
    "path", sorted(REPO.glob("solutions/*/*.ipynb")), ids=lambda path: f"{path.parent.name[:2]}-{path.stem}"
)


def solution_of(lab: str) -> NotebookNode:
    return nbformat.read(REPO / "solutions" / lab / "lab.ipynb", as_version=4)


def release_of(path: Path) -> Path:
    """The released notebook of a notebook in solutions/."""
    return REPO / "labs" / path.relative_to(REPO / "solutions")


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


def exercises(nb: NotebookNode) -> set[str]:
    """The exercises that code is written for."""
    return {cell.id.removeprefix("solve_") for cell in nb.cells if cell.id.startswith("solve_")}


def points(nb: NotebookNode) -> dict[str, float]:
    meta = (cell.metadata.get("nbgrader", {}) for cell in nb.cells)
    return {m["grade_id"].removeprefix("grade_"): m["points"] for m in meta if m.get("points")}


def test_there_is_a_lab_for_each_lesson() -> None:
    lessons = {path.stem for path in (REPO / "lessons").glob("*.ipynb")}
    assert set(LABS) == lessons
    assert {path.parent.name for path in REPO.glob("labs/*/packet.ipynb")} <= lessons


@pytest.mark.slow
@each_lab
def test_regenerating_the_release_changes_no_byte(name: str, tmp_path: Path) -> None:
    root = make_root(tmp_path)
    shutil.copytree(REPO / "solutions" / name, root / "solutions" / name)
    for _ in range(2):
        make_release(root, name)
        for made in sorted((root / "labs" / name).glob("*.ipynb")):
            assert made.read_bytes() == (REPO / "labs" / name / made.name).read_bytes()


@each_notebook
def test_the_release_contains_no_solution_and_no_hidden_test(path: Path) -> None:
    solution, lab = nbformat.read(path, as_version=4), nbformat.read(release_of(path), as_version=4)
    lines = hidden_lines(solution)
    assert len(lines) > (60 if path.stem == "lab" else 5)
    # Hints are code that almost gives the answer away on purpose, and visible checks may share a line.
    answers = "\n".join(
        cell.source for cell in lab.cells if not cell.id.startswith(("card_", "check_", "measure_"))
    )
    # A packet's stub shows the keys of a decision, so only what is longer gives something away.
    telling = [line for line in lines if path.stem == "lab" or len(line) > 40]
    assert not [line for line in telling if line in answers]
    everything = release_of(path).read_text()
    for word in (
        "BEGIN SOLUTION",
        "HIDDEN TESTS",
        "checks.check",
        "Checks(",
        "Contract(",
        "contract.",
        "given.idea",
    ):
        assert word not in everything


@each_lab
def test_card_and_grade_cell_agree_on_points(name: str) -> None:
    solution = solution_of(name)
    cards = {
        cell.id.removeprefix("card_"): cell.source for cell in solution.cells if cell.id.startswith("card_")
    }
    worth = points(solution)
    coded = exercises(solution)
    for exercise, value in worth.items():
        assert f"| {value} points |" in cards[exercise]
        assert f"`{exercise}`" in cards[exercise]
        assert exercise not in coded or cards[exercise].count("<details><summary>Hint") == 3
    by_checks = sum(value for exercise, value in worth.items() if exercise in coded)
    assert sum(worth.values()) == 100
    assert f"100 points: {by_checks} by checks, {100 - by_checks} by a person" in solution.cells[0].source
    assert len(coded) >= (3 if name.startswith("00") else 5)


@each_notebook
@pytest.mark.parametrize("released", [False, True], ids=["solution", "release"])
def test_both_notebooks_are_clean(path: Path, released: bool) -> None:
    nb = nbformat.read(release_of(path) if released else path, as_version=4)
    nbformat.validate(nb)
    MetadataValidator().validate_nb(nb)
    assert (nb.nbformat, nb.nbformat_minor) == (4, 5)
    assert nb.metadata.kernelspec.name == "python3"
    for cell in nb.cells:
        assert cell.id == cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert "ipywidgets" not in cell.source


@each_lab
def test_each_stub_is_complete_but_for_its_body(name: str) -> None:
    lab = nbformat.read(REPO / "labs" / name / "lab.ipynb", as_version=4)
    for cell in (cell for cell in lab.cells if cell.id.startswith("solve_")):
        compile(cell.source, cell.id, "exec")
        assert "raise NotImplementedError()" in cell.source
        assert "Example:" in cell.source
        assert "Shapes:" in cell.source or "Args:" in cell.source


@each_lab
def test_hidden_checks_of_an_exercise_name_only_its_own_functions(name: str) -> None:
    """An exercise's points must not hang on what the learner wrote for another one."""
    solution = solution_of(name)
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
@each_lab
def test_the_reference_gets_all_points_in_time_and_an_untouched_lab_none(name: str, tmp_path: Path) -> None:
    root = make_root(tmp_path)
    add_lab(root, name)
    make_release(root, name)
    for student, source in (("reference", "solutions"), ("untouched", "labs")):
        target = root / "class" / "submitted" / student / name / "lab.ipynb"
        target.parent.mkdir(parents=True)
        shutil.copy(REPO / source / name / "lab.ipynb", target)
    solution = solution_of(name)
    coded, worth = exercises(solution), points(solution)
    started = time.monotonic()
    (reference,) = grade_submissions(root, name, ["reference"])
    assert time.monotonic() - started < 60
    assert reference.score == sum(worth[exercise] for exercise in coded)
    assert set(reference.waiting) == set(worth) - coded
    (untouched,) = grade_submissions(root, name, ["untouched"])
    assert untouched.score == 0
    assert {check.reason for checks in untouched.checks.values() for check in checks} == {"not written"}
    released = REPO / "labs" / name / "lab.ipynb"
    assert {report.status for report in validate_notebook(released)} == {"not written"}
