"""Guesses in plain writing, and names that a stopped cell would have set."""

import ast
from textwrap import dedent

import pytest

from course_lib.explore.prediction import quantity
from course_lib.jupyter.kernel import quote_guesses, unfinished


def guess(written: str, known: dict[str, object] | None = None) -> object:
    """What `my_guess` is after a cell in which somebody wrote this."""
    cell = quote_guesses(f"my_guess = {written}\nreveal(found, my_guess)", known or {})
    return ast.literal_eval(ast.parse(cell).body[0].value)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("20 %", 20),
        ("20%  # share", 20),
        ("36 of 180", 36),
        ("about 5", 5),
        ("1 000 000", 1e6),
        ("~ 3", 3),
        ("2,5 %", 2.5),
    ],
)
def test_a_number_as_people_write_it_needs_no_quotes(written: str, value: float) -> None:
    found = guess(written)
    assert isinstance(found, str)
    read = quantity(found)
    assert read is not None
    assert read.value == value


@pytest.mark.parametrize("written", ["mat", "the cat", "never", "GPT", "1 in 10", "one or two"])
def test_a_name_as_people_write_it_needs_no_quotes(written: str) -> None:
    assert guess(written) == written


@pytest.mark.parametrize("written", ["0.2", "None", "(1, 3)", '"20 %"', "'mat'", "2,5", "[1,\n 2]", "True"])
def test_python_stays_python(written: str) -> None:
    cell = f"my_guess = {written}\nreveal(found, my_guess)"
    assert quote_guesses(cell, {}) == cell


@pytest.mark.parametrize(
    "cell",
    [
        "my_total = total + * 2",  # a slip in a lab
        "my_copy = mat\nreveal(found, my_copy, mat)",  # the cell knows this name
        "my_copy = known\nreveal(found, my_copy)",
        "my_call = f(\n    1)\nreveal(found, my_call)",
    ],
)
def test_everything_else_stays_as_it_is(cell: str) -> None:
    assert quote_guesses(cell, {"known": 1}) == cell


def test_names_from_the_stopped_statement_on_are_unfinished() -> None:
    cell = dedent(
        """\
        my_guess = None
        data = load()
        for step in range(3):
            total = step
        (a, b), *rest = split(data)
        def later(): inner = 1
        with open("x") as file:
            read = file
        """
    )
    assert unfinished(cell, 2) == ["data", "step", "total", "a", "b", "rest", "file", "read"]
    assert unfinished(cell, 4) == ["step", "total", "a", "b", "rest", "file", "read"]
    assert unfinished(cell, 9) == []
    assert unfinished("not python (", 1) == []
