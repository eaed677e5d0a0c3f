"""Visible check cells: they leave no plain name behind, and say in words which cell has to run first."""

import json
import re
import subprocess
import symtable
import sys
from pathlib import Path

import nbformat
import pytest

from course_lib.grading.local import Lab
from course_lib.grading.names import defined_names
from course_lib.jupyter.visible import NO_RETURN, SET_UP, run

REPO = Path(__file__).parents[2]
CHECKS = [
    pytest.param(cell.source, id=f"{path.parent.name[:2]}-{cell.id}")
    for path in sorted(REPO.glob("labs/*/*.ipynb"))
    for cell in nbformat.read(path, as_version=4).cells
    if cell.id.startswith("check_") and cell.cell_type == "code"
]
FUNCTIONS = [
    pytest.param(path, name, id=f"{path.parent.name[:2]}-{name}")
    for path in sorted(REPO.glob("solutions/*/lab.ipynb"))
    for name in Lab(path).solutions
]


@pytest.mark.parametrize("source", CHECKS)
def test_a_check_cell_leaves_no_plain_name(source: str) -> None:
    """A learner's helper `scores` must still be theirs after the check of the next exercise."""
    symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    bound = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}
    assert bound
    assert not [name for name in bound if not name.startswith("_")]


@pytest.mark.parametrize(("lab", "exercise"), FUNCTIONS)
def test_a_check_names_a_missing_return(lab: Path, exercise: str) -> None:
    """Whatever an exercise's functions are called: if one returns None, that is the first thing said."""
    solved = Lab(lab)
    right = solved.solutions[exercise]
    functions = defined_names(right) - set(
        re.findall(r"^class (\w+)", right, flags=re.MULTILINE)
    )  # a class returns itself
    for name in functions:
        assert NO_RETURN in solved.visible_complaint(exercise, f"{right}\n\n\ndef {name}(*_, **__): pass")


@pytest.mark.parametrize(("lab", "exercise"), FUNCTIONS)
def test_a_learner_may_have_any_variable(lab: Path, exercise: str) -> None:
    """Built-in names that a learner has taken for something of their own are not needed by a check."""
    solved = Lab(lab)
    names = ("input", "type", "str", "print", "isinstance", "set", "id")
    taken = "\n".join(f"{name} = 'mine'" for name in names if f"{name}(" not in solved.solutions[exercise])
    assert solved.visible_complaint(exercise, f"{solved.solutions[exercise]}\n{taken}") == ""


@pytest.mark.parametrize("path", sorted(REPO.glob("labs/*/lab.ipynb")), ids=lambda path: path.parent.name[:2])
def test_every_set_up_cell_imports_what_says_that_it_has_run(path: Path) -> None:
    (set_up,) = (cell for cell in nbformat.read(path, as_version=4).cells if cell.id == "setup")
    assert f"import {SET_UP}" in set_up.source


def check_in(place: dict[str, object], body: str):  # type: ignore[no-untyped-def]
    exec(f"def _check_double():\n    {body}", place)
    return place["_check_double"]


def test_a_forgotten_cell_is_named() -> None:
    with pytest.raises(AssertionError, match="`np` is not defined: run the first cell of this notebook"):
        run(check_in({}, "np.zeros(double(2))"))
    with pytest.raises(AssertionError, match="`double` is not defined: run the cell above that defines it"):
        run(check_in({SET_UP: None}, "double(2)"))


def test_a_set_up_that_did_not_run_is_named_also_if_the_learners_function_misses_it() -> None:
    place: dict[str, object] = {}
    exec("def double(x):\n    return np.add(x, x)", place)
    with pytest.raises(AssertionError, match="`np` is not defined: run the first cell"):
        run(check_in(place, "double(2)"))


@pytest.mark.parametrize(
    "body", ["return helper(x)", "x = total + x\n    total = 1", "import missing_module", "return 1 / 0"]
)
def test_other_errors_of_the_learner_stay_what_they_are(body: str) -> None:
    place: dict[str, object] = {SET_UP: None}
    exec(f"def double(x):\n    {body}", place)
    with pytest.raises((NameError, ImportError, ZeroDivisionError)):
        run(check_in(place, "double(2)"))


def test_it_loads_nothing_heavy() -> None:
    """The line stands in every check cell, also at grading."""
    code = "import course_lib.jupyter.visible, sys, json; print(json.dumps(list(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"torch", "numpy", "nbformat", "nbgrader"} & set(json.loads(out))


def test_what_is_looked_at_stays_as_it_is() -> None:
    """A check may look at a result twice, or at an argument after the call."""
    import torch

    from course_lib.jupyter.visible import Expect

    given, result, expect = [1, 2], {"a": torch.zeros(2)}, Expect()
    for _ in range(2):
        expect(given, [1.0, 2.0], "numbers", close=0.1)
        expect(result, {"a": torch.zeros(2)}, "a table")
        expect(result["a"], torch.zeros(2), "zeros")
    assert given == [1, 2]
    assert list(result) == ["a"]
    assert not result["a"].any()
