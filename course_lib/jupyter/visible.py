"""How a lab's check cell runs: a missing name becomes the sentence that says which cell has to run first.

A check cell holds one function, `_check_<exercise>`, so that it leaves no name behind that a learner could have
given to something of their own.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable

SET_UP = "warnings"  # imported by the first cell of every lab
FIRST_CELL = "`{name}` is not defined: run the first cell of this notebook, then the others in their order."
OWN_CELL = "`{name}` is not defined: run the cell above that defines it."


def run(check: Callable[[], None]) -> None:
    """Run the visible checks of one exercise.

    Raises:
        AssertionError: a check failed, or a cell that has to come first was not run; the message says which.
    """
    __tracebackhide__ = True  # IPython leaves this frame out
    try:
        check()
    except UnboundLocalError:  # a NameError that no other cell can mend
        raise
    except NameError as error:
        if SET_UP not in check.__globals__:
            raise AssertionError(FIRST_CELL.format(name=error.name)) from None
        if traceback.extract_tb(error.__traceback__)[-1].name == check.__name__:
            raise AssertionError(OWN_CELL.format(name=error.name)) from None
        raise
