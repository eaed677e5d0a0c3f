"""Text as a figure: letters that all have the same width, some of them marked (lesson 00)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_lib.explore.figure import BLUE, GREY

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from matplotlib.axes import Axes

ADVANCE = 0.602  # width of a letter as a share of the font size, in DejaVu Sans Mono
WORD = r"\w+(?:['’]\w+)*"


@dataclass(frozen=True)
class Span:
    """A run of letters `text[start:stop]`; `mark` says whether it is marked."""

    start: int
    stop: int
    mark: bool


def word_spans(text: str, known: Collection[str], begin: int = 0) -> list[Span]:
    """Return the text from `begin` on as spans: words of `known` are marked.

    A word that touches the end of the text may be cut off and is not marked.
    """
    found = []
    for match in re.finditer(WORD, text):
        if match.start() >= begin and match.end() < len(text):
            found.append(Span(match.start(), match.end(), match.group() in known))
    return _filled(found, begin, len(text))


def equal_spans(one: str, other: str) -> list[Span]:
    """Return `other` as spans: what agrees with `one` at the same place is marked."""
    agree = [place < len(one) and one[place] == letter for place, letter in enumerate(other)]
    found, start = [], 0
    for place in range(1, len(agree) + 1):
        if place == len(agree) or agree[place] != agree[start]:
            found.append(Span(start, place, agree[start]))
            start = place
    return found


def _filled(spans: Sequence[Span], begin: int, end: int) -> list[Span]:
    """Return the spans with what lies between them as unmarked spans."""
    found, place = [], begin
    for span in spans:
        if span.start > place:
            found.append(Span(place, span.start, False))
        found.append(span)
        place = span.stop
    return [*found, Span(place, end, False)] if place < end else found


def one_line(text: str) -> str:
    """Return the text with its ends of line shown as the sign ⏎ and other invisible signs as spaces."""
    return re.sub(r"\s", " ", text.replace("\n", "⏎"))


def write_letters(axis: Axes, text: str, spans: Sequence[Span], y: float, size: float, x: float = 0) -> None:
    """Write a line of letters, one unit of the x axis each; marked spans are dark, bold and underlined.

    Args:
        spans: the parts of `text`; what lies outside all of them is written light, in italics.
        y: where the line stands, in units of the y axis.
        size: font size in points; `letter_size` gives the one that fits.
    """
    given = [Span(0, spans[0].start, False)] if spans and spans[0].start else []
    for span in [*given, *spans]:
        look: dict[str, Any] = {"color": "#111111", "weight": "bold"} if span.mark else {"color": GREY}
        if span in given:
            look["style"] = "italic"
        for place in range(span.start, span.stop):  # one by one: hinting would shift a whole run
            letter = r"\$" if text[place] == "$" else text[place]
            axis.text(x + place + 0.5, y, letter, family="monospace", size=size, ha="center", **look)
        if span.mark:
            axis.plot([x + span.start + 0.1, x + span.stop - 0.1], [y, y], color=BLUE, linewidth=2.2,
                      solid_capstyle="butt", zorder=1, transform=axis.transData + _below(axis))  # fmt: skip


def letter_size(axis: Axes) -> float:
    """Return the font size in points at which a letter is one unit of the x axis wide."""
    low, high = axis.get_xlim()
    inches = axis.bbox.width / axis.figure.dpi
    return 72 * inches / (high - low) / ADVANCE


def _below(axis: Axes) -> Any:
    """A shift of a line to just below the letters that stand on it."""
    from matplotlib.transforms import ScaledTranslation

    return ScaledTranslation(0, -3.2 / 72, axis.figure.dpi_scale_trans)
