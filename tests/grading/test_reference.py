"""An instructor's mistake in a lab is told before anybody is graded by it."""

from __future__ import annotations

import time
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from course_lib.grading import reference
from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import make_release
from course_lib.grading.day import grade_class
from course_lib.grading.record import load_outcomes
from course_lib.grading.reference import BrokenReferenceError, check_reference
from course_lib.workspace import Workspace

from .conftest import LAB, REPO, TINY, add_tiny, cell_of, make_root, submit

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("bubblewrap")]

MISTAKES = {
    "points that do not add up": (
        "points=4",
        "points=6",
        r"triple: 0 of 4 points \(.*add up to 4 points, not 6",
    ),
    "a wrong expectation": (
        "== -21",
        "== -22",
        r"triple: 1 of 4 points \(check negative: Negative numbers go wrong.\)",
    ),
    "a name that is nowhere": (
        "checks.score()",
        "checks.score(); nowhere",
        r"triple: 0 of 4 points \(.*nowhere",
    ),
}


def change(root: Path, old: str, new: str) -> None:
    path = root / "solutions" / TINY / "lab.ipynb"
    nb = nbformat.read(path, as_version=4)
    cell = cell_of(nb, "grade_triple")
    assert old in cell.source
    cell.source = cell.source.replace(old, new)
    nbformat.write(nb, path)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_check_stops_grading_before_anybody_loses_points(mistake: str, tmp_path: Path) -> None:
    old, new, said = MISTAKES[mistake]
    root = make_root(tmp_path)
    add_tiny(root)
    make_release(root, TINY)
    submit(root, TINY, "ada", build_submission(root / "labs" / TINY / "lab.ipynb", {}))
    change(root, old, new)
    with pytest.raises(BrokenReferenceError, match=rf"(?s)reference solution of {TINY} does not.*{said}"):
        grade_class(Workspace(root), TINY, Console(quiet=True))
    assert load_outcomes(root, TINY) == []
    change(root, new, old)
    grade_class(Workspace(root), TINY, Console(quiet=True), feedback=False)
    assert [outcome.student for outcome in load_outcomes(root, TINY)] == ["ada"]


def test_a_right_reference_is_graded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_root(tmp_path)
    add_tiny(root)
    check_reference(root, TINY)
    runs: list[object] = []
    grade = reference._grade
    monkeypatch.setattr(reference, "_grade", lambda *how: runs.append(how) or grade(*how))
    started = time.monotonic()
    check_reference(root, TINY)
    assert not runs
    assert time.monotonic() - started < 1
    change(root, "# hidden", "# changed")
    check_reference(root, TINY)
    assert len(runs) == 1


def test_a_packet_s_check_cell_is_worth_what_its_checker_gives(tmp_path: Path) -> None:
    root = make_root(tmp_path)
    folder = add_tiny(root).parent
    nb = nbformat.read(REPO / "solutions" / LAB / "packet.ipynb", as_version=4)
    nbformat.write(nb, folder / "packet.ipynb")
    check_reference(root, TINY)
    cell_of(nb, "grade_packet").metadata.nbgrader.points = 10
    nbformat.write(nb, folder / "packet.ipynb")
    with pytest.raises(
        BrokenReferenceError, match="grade_packet is worth 10 points, but its checker gives up to 12"
    ):
        check_reference(root, TINY)
