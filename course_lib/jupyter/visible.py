"""How a lab's check cell runs: what a learner sees before handing in, as strict about types as the hidden checks.

A check cell holds one function, `_check_<exercise>`, so that it leaves no name behind that a learner could have
given to something of their own:

    def _check_double(expect):
        expect(double(2), 4, "Twice 2 is 4.")
        expect.refusal(lambda: double(-1), "A negative number must raise a ValueError.")

    _run(_check_double)

What it needs beside the learner's function lives here, so that a learner who has a variable called `list` or
`print` passes like everybody else.
"""

from __future__ import annotations

import inspect
import math
import traceback
from collections.abc import Callable, Sequence
from typing import Any

SET_UP = "warnings"  # imported by the first cell of every lab
FIRST_CELL = "`{name}` is not defined: run the first cell of this notebook, then the others in their order."
OWN_CELL = "`{name}` is not defined: run the cell above that defines it."
NO_RETURN = "Your function returned None: is there a `return`?"
MOST_SHOWN = 200  # characters of a value


class Expect:
    """What a check cell says about results; each complaint is an AssertionError with a sentence for the learner."""

    def __call__(
        self,
        found: Any,
        expected: Any,
        hint: str,
        mistakes: Sequence[tuple[Any, str]] = (),
        close: float | None = None,
        near: float = 1e-6,
    ) -> None:
        """Say that a result must be the expected one, by value, type and shape.

        Args:
            hint: what is probably wrong otherwise.
            mistakes: wrong results that have a sentence of their own.
            close, near: relative and absolute tolerance of numbers (`compare.Rule`).
        """
        __tracebackhide__ = True
        if expected is not None:
            self.given(found)
        if _plainly_equal(found, expected):
            return
        from course_lib.grading.compare import (
            Rule,
            difference,
        )  # torch takes a second where nothing else needs it

        found = _plain(found)
        rule = Rule(1e-4 if close is None and not _is_exact(expected) else close, near, "float")
        wrong = difference(found, expected, rule)
        if wrong is None:
            return
        if wrong.kind == "form":
            raise AssertionError(wrong.sentence)
        for value, sentence in mistakes:
            if difference(found, value, Rule(1e-3, near, "any")) is None:
                raise AssertionError(sentence)
        raise AssertionError(f"{hint} Expected {_shown(expected)}, yours is {_shown(found)}.")

    def given(self, found: Any) -> Any:
        """Return what a function gave; say so if it gave nothing."""
        __tracebackhide__ = True
        if found is None:
            raise AssertionError(NO_RETURN)
        return found

    def that(self, condition: Any, hint: str) -> None:
        """Say that something must hold."""
        __tracebackhide__ = True
        if not condition:
            raise AssertionError(hint)

    def refusal(self, call: Callable[[], Any], hint: str, error: type[BaseException] = ValueError) -> None:
        """Say that a call must raise that error; Python's own complaints of other kinds do not count."""
        __tracebackhide__ = True
        try:
            call()
        except error:
            return
        except (NameError, NotImplementedError):
            raise
        except Exception as other:
            raise AssertionError(f"{hint} It raised {type(other).__name__}.") from None
        raise AssertionError(hint)


def _plain(value: Any) -> Any:
    """A value as it looks once it was handed in."""
    from course_lib.grading.calls import Call, call_here

    (outcome,) = call_here(lambda: value, [Call(())])
    return outcome.value


def _plainly_equal(found: Any, expected: Any) -> bool:
    """Whether two values of Python's own types are surely the same; False says nothing."""
    if type(found) is not type(expected):
        return False
    if isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(_plainly_equal, found, expected))
    if isinstance(expected, float):
        return math.isclose(found, expected, rel_tol=1e-9)
    return isinstance(expected, int | str | bytes | None) and bool(found == expected)


def _is_exact(expected: Any) -> bool:
    return not isinstance(expected, float) and not hasattr(expected, "dtype")


def _shown(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} ..."


def run(check: Callable[..., None]) -> None:
    """Run the visible checks of one exercise, and say so when they pass.

    Raises:
        AssertionError: a check failed, or a cell that has to come first was not run; the message says which.
    """
    __tracebackhide__ = True  # IPython leaves this frame out
    new = bool(inspect.signature(check).parameters)
    try:
        check(Expect()) if new else check()
    except UnboundLocalError:  # a NameError that no other cell can mend
        raise
    except NameError as error:
        if SET_UP not in check.__globals__:
            raise AssertionError(FIRST_CELL.format(name=error.name)) from None
        last = traceback.extract_tb(error.__traceback__)[-1]
        if last.filename == check.__code__.co_filename and last.name in (check.__name__, "<lambda>"):
            raise AssertionError(OWN_CELL.format(name=error.name)) from None
        raise
    if new:
        print(f"{check.__name__.removeprefix('_check_')}: the visible checks pass")
