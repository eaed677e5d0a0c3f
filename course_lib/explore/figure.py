"""Figures and sentences for lessons: every figure carries its result in words.

Colours are the Okabe-Ito set, which stays apart for colour-blind readers; maps use cividis. Pictures are drawn
without pyplot, so nothing is shown twice and nothing stays in memory.
"""

from __future__ import annotations

import base64
import html
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#6E6E6E",
)  # fmt: skip


def new_figure(
    width: float = 7.0, height: float = 3.0, rows: int = 1, columns: int = 1
) -> tuple[Figure, Any]:
    """Return an empty figure of `width` x `height` inches and its axes (an array if there are several)."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns)
    for axis in axes.flat if rows * columns > 1 else [axes]:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def png(figure: Figure, dpi: int = 110) -> bytes:
    """Return the figure as PNG bytes; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def image_tag(figure: Figure, alt: str) -> str:
    """Return an HTML image of the figure with its text alternative."""
    data = base64.b64encode(png(figure)).decode("ascii")
    style = "max-width:100%;height:auto;background:white"
    return f'<img alt="{html.escape(alt, quote=True)}" style="{style}" src="data:image/png;base64,{data}">'


class Picture:
    """A figure and the sentence that says the same; shown as the last value of a cell.

    Args:
        figure: a matplotlib figure.
        sentence: what the figure shows, with its numbers; it is the text alternative and stands below the figure.
    """

    def __init__(self, figure: Figure, sentence: str) -> None:
        if not sentence.strip():
            raise ValueError("sentence is empty: a picture must say its result in words")
        self.figure = figure
        self.sentence = sentence

    def html(self) -> str:
        """Return the picture as an HTML figure with a caption."""
        caption = html.escape(self.sentence)
        return f"<figure>{image_tag(self.figure, self.sentence)}<figcaption>{caption}</figcaption></figure>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.sentence}


class Marked(str):
    """Text that is Markdown already: no word of it comes from a model or a reader."""


def say(text: str) -> Any:
    """Show `text` as Markdown: for sentences whose numbers were computed in the same cell."""
    from IPython.display import Markdown

    return Markdown(text)


def in_words(value: object) -> str:
    """Return a value as Markdown that shows it as it is: a model that writes `__mod__` has set nothing in bold."""
    from course_lib.packet.render import SPECIAL, clean

    return value if isinstance(value, Marked) else SPECIAL.sub(r"\\\1", " ".join(clean(value).split()))


def compare(question: str, predicted: object, result: object) -> Any:
    """Show the reader's prediction, the result, and how far off it was; None is no prediction. Never graded."""
    from course_lib.explore.prediction import verdict

    empty = Marked("*no prediction yet: change the line above and run again*")
    mine = in_words(empty if predicted is None else predicted)
    head = f"| {in_words(question)} | |\n|---|---|\n"
    rows = f"{head}| you predicted | {mine} |\n| measured | **{in_words(result)}** |"
    said = "" if predicted is None else verdict(predicted, result)
    return say(f"{rows}\n| your guess | {said} |" if said else rows)


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> Any:
    """Show rows as a Markdown table; cells are text, whatever a model wrote there, unless they are `Marked`."""
    head, *body = ["| " + " | ".join(map(in_words, line)) + " |" for line in (headers, *rows)]
    return say("\n".join([head, "|" + "---|" * len(headers), *body]))
