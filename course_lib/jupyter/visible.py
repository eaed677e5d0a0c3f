"""How a lab's check cell runs: what a learner sees before handing in, as strict about types as the hidden checks.

A check cell holds one function, `_check_<exercise>`, so that it leaves no name behind that a learner could have
given to something of their own:

    def _check_double(expect):
        expect(double(2), 4, "Twice 2 is 4.")
        expect.refusal(lambda: double(-1), "A negative number must raise a ValueError.")

    _run(_check_double)

What it needs beside the learner's function lives here, so that a learner who has a variable called `list` or
`print` passes like everybody else. Where a person has the notebook open, a card says what was found
(`course_lib.jupyter.card`); under Validate, `course check` and at grading an AssertionError does.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import math
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

SET_UP = "warnings"  # imported by the first cell of every lab
FIRST_CELL = "`{name}` is not defined: run the first cell of this notebook, then the others in their order."
OWN_CELL = "`{name}` is not defined: run the cell above that defines it."
NO_RETURN = "Your function returned None: is there a `return`?"
ENDLESS = "Your code was stopped after {seconds} seconds: is there a loop that never ends?"
LIMIT = 20  # seconds that one exercise's checks may compute; JupyterLab stops a cell under Validate after 30
MOST_SHOWN = 200  # characters of a value


class TimeUp(BaseException):
    """The checks computed for longer than `LIMIT`."""


class Expect:
    """What a check cell says about results; each complaint is an AssertionError with a sentence for the learner.

    Attributes:
        passed: what was asked so far and holds, in the words of the hints.
    """

    def __init__(self) -> None:
        self.passed: list[str] = []

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
            self.passed.append(hint)
            return
        from course_lib.grading.compare import (
            Rule,
            difference,
        )  # torch takes a second where nothing else needs it

        found = _plain(found)
        rule = Rule(1e-4 if close is None and not _is_exact(expected) else close, near, "float")
        wrong = difference(found, expected, rule)
        if wrong is None:
            self.passed.append(hint)
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
        self.passed.append(hint)

    def refusal(self, call: Callable[[], Any], hint: str, error: type[BaseException] = ValueError) -> None:
        """Say that a call must raise that error; Python's own complaints of other kinds do not count."""
        __tracebackhide__ = True
        try:
            call()
        except error:
            self.passed.append(hint)
            return
        except (NameError, NotImplementedError):
            raise
        except Exception as other:
            raise AssertionError(f"{hint} It raised {type(other).__name__}.") from None
        raise AssertionError(hint)


def _plain(value: Any) -> Any:
    """A value as it looks once it was handed in; it stays as it is itself."""
    from course_lib.grading.calls import Call, call_here

    with contextlib.suppress(Exception):  # what can't be copied is looked at as it is
        value = copy.deepcopy(value)
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
        AssertionError: a check failed, or a cell that has to come first was not run; the message says which. Where a
            person has the notebook open, a card was shown and nothing more is.
    """
    __tracebackhide__ = True  # IPython leaves this frame out
    shell = open_notebook()
    if shell is not None:
        from course_lib.jupyter.card import show_card

        show_card(shell, check)
        return
    perform(check, Expect())
    if inspect.signature(check).parameters:
        print(f"{name_of(check)}: the visible checks pass")


def check() -> None:
    """Show where every exercise of this lab stands. It says nothing under Validate and at grading."""
    shell = open_notebook()
    if shell is not None:
        from course_lib.jupyter.card import show_overview

        show_overview(shell)


def name_of(check: Callable[..., None]) -> str:
    """Return the exercise that a check function belongs to."""
    return check.__name__.removeprefix("_check_")


def perform(check: Callable[..., None], expect: Expect) -> None:
    """Call a check function. Raises AssertionError with a sentence for what a learner can mend."""
    __tracebackhide__ = True
    new = bool(inspect.signature(check).parameters)
    try:
        with _limit():
            check(expect) if new else check()
    except TimeUp:
        raise AssertionError(ENDLESS.format(seconds=LIMIT)) from None
    except UnboundLocalError:  # a NameError that no other cell can mend
        raise
    except NameError as error:
        if SET_UP not in check.__globals__:
            raise AssertionError(FIRST_CELL.format(name=error.name)) from None
        last = traceback.extract_tb(error.__traceback__)[-1]
        if last.filename == check.__code__.co_filename and last.name in (check.__name__, "<lambda>"):
            raise AssertionError(OWN_CELL.format(name=error.name)) from None
        raise


def open_notebook() -> Any:
    """Return the IPython shell if a person runs cells in an editor such as JupyterLab, None everywhere else.

    An editor says which cell it wants to be run; programs that run a whole notebook do not.
    """
    core = sys.modules.get("IPython.core.getipython")
    shell = core.get_ipython() if core is not None else None
    kernel = getattr(shell, "kernel", None)
    asked = kernel.get_parent("shell") if kernel is not None else {}
    return shell if asked.get("metadata", {}).get("cellId") else None


def _limit() -> AbstractContextManager[None]:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return nullcontext()
    from course_lib.grading.meter import alarm

    return alarm(LIMIT, TimeUp)
