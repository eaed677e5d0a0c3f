"""Work that takes more than a moment speaks: a place under the cell is redrawn while it goes on.

On frozen pages (COURSE_FROZEN=1) and outside a notebook nothing is shown, so that stored outputs stay as they are.
"""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self, TypeVar

from course_lib.explore.view import is_frozen

Item = TypeVar("Item")


class Live:
    """A place below the cell that can be redrawn, at most every `pause` seconds; it is empty at the end.

    Source: built in lesson 00, used wherever something takes more than two seconds:

        with Live() as live:
            for step in range(1000):
                ...
                live.show(lambda: f"step {step} of 1000")
    """

    def __init__(self, pause: float = 0.25) -> None:
        self.pause = pause
        self._shown_at = float("-inf")
        self._place: Any = None
        self._on = _in_notebook() and not is_frozen()

    def show(self, make: Callable[[], Any], now: bool = False) -> None:
        """Show what `make` returns (text, or an object that displays itself), if enough time has passed or `now`."""
        from IPython.display import HTML, display

        if not self._on or (time.monotonic() - self._shown_at < self.pause and not now):
            return
        made = make()
        if isinstance(made, str):
            made = HTML(f'<pre role="status" style="white-space:pre-wrap">{html.escape(made)}</pre>')
        if self._place is None:
            self._place = display(made, display_id=True)
        else:
            self._place.update(made)
        self._shown_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        from IPython.display import HTML

        if self._place is not None:
            self._place.update(HTML(""))


def following(items: Sequence[Item], doing: str = "", name: Callable[[Item], object] = str) -> Iterator[Item]:
    """Yield the items one by one and say which one is being worked on, such as "reading 3 of 9: France".

    Args:
        doing: what happens to an item, such as "reading".
        name: an item's name.
    """
    with Live(pause=0.1) as live:
        for number, item in enumerate(items, 1):
            line = " ".join(f"{doing} {number} of {len(items)}: {name(item)}".split())
            done = "\u2588" * round(24 * (number - 1) / len(items))
            live.show(lambda done=done, line=line: f"{done:\u2591<24} {line}")  # type: ignore[misc]
            yield item


def _in_notebook() -> bool:
    from IPython.core.getipython import get_ipython

    return type(get_ipython()).__name__ == "ZMQInteractiveShell"
