"""Mechanical mutants: each is one change, a good lab kills them, a weak one lets them live."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

from course_lib.grading.bank import surviving_mutants
from course_lib.grading.mutants import mutant_bank, mutants
from course_lib.workspace import Workspace

from .conftest import LABS, REPO, TINY, add_tiny, cell_of, make_root

SOURCE = '''
def area(width, height=1.0):
    """Width times 2 heights."""
    if width < 0 or not height:
        raise ValueError("width + height")
    total = 0
    total += width * height
    return -total
'''


def test_mutants_are_single_changes_of_code_and_never_of_words() -> None:
    found = list(mutants(SOURCE))
    changes = {mutant.change for mutant in found}
    assert {
        "width < 0 -> width <= 0", "width < 0 or not height -> width < 0 and (not height)", "not height -> height",
        "width * height -> width + height", "total += width * height -> total -= width * height", "-total -> total",
        "without raise ValueError('width + height')", "without total += width * height", "without total = 0",
        "0 -> 1", "0 -> -1", "1.0 -> 2.0", "1.0 -> 0.0",
    } <= changes  # fmt: skip
    for mutant in found:
        ast.parse(mutant.source)
        assert "Width times 2 heights." in mutant.source
        assert "width - height" not in mutant.source
    assert len({mutant.source for mutant in found}) == len(found)


@pytest.mark.parametrize("lab", LABS)
def test_every_exercise_of_a_lab_has_mutants(lab: str) -> None:
    bank = mutant_bank(REPO / "solutions" / lab / "lab.ipynb")
    assert len(bank) > 20
    assert all("SOLUTION" not in answer.source for answer in bank)


@pytest.mark.slow
@pytest.mark.parametrize(("weak", "survivors"), [(False, 0), (True, 2)])
def test_a_weak_check_lets_mutants_live(tmp_path: Path, weak: bool, survivors: int) -> None:
    root = make_root(tmp_path)
    path = add_tiny(root)
    if weak:  # triple is only asked about 0
        notebook = nbformat.read(path, as_version=4)
        cell = cell_of(notebook, "grade_triple")
        cell.source = cell.source.replace("secret_input = 41", "secret_input = 0").replace(
            "triple(-7) == -21", "True"
        )
        nbformat.write(notebook, path)
    tried, alive = surviving_mutants(Workspace(root), TINY, lambda line: None)
    assert tried == 6, "2 * x and 3 * x: + for *, and the constant moved both ways"
    assert {answer.exercise for answer, _ in alive} == ({"triple"} if weak else set())
    assert len(alive) >= survivors
