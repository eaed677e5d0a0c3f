"""Text that is printed as it comes, with line ends between words and not within them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WIDTH = 84  # characters of a line that fits under a cell


def flowing_text(pieces: Iterable[str], width: int = WIDTH) -> Iterator[str]:
    """Yield the pieces of a text as they come; where a word would pass `width`, its line ends before it.

    A piece that goes on with a word is never torn off: the line may be a few characters longer for it.
    """
    column = 0
    for piece in pieces:
        if piece.startswith(" ") and column + len(piece) > width:
            piece, column = "\n" + piece[1:], 0
        yield piece
        _, end, tail = piece.rpartition("\n")
        column = len(tail) if end else column + len(tail)
