"""Figures, findings and sentences for lessons: every figure carries its result in words.

Colours are the Okabe-Ito set, which stays apart for colour-blind readers; maps use cividis. Pictures are drawn
without pyplot, so nothing is shown twice and nothing stays in memory. An experiment returns a `Finding`; `reveal` shows
it beside what the reader guessed.
"""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#6E6E6E",
)  # fmt: skip
DARK = (
    "<style>[data-jp-theme-light=false] img.course-figure,body.vscode-dark img.course-figure{filter:invert(.88) "
    "hue-rotate(180deg)}</style>"
)
GUESS = "#A8457F"  # what the reader guessed


@cache
def use_style() -> None:
    """Draw in the course's style from here on, the reader's own figures included."""
    import matplotlib.style

    matplotlib.style.use(Path(__file__).with_name("course.mplstyle"))


def new_figure(
    width: float = 6.4, height: float = 3.0, rows: int = 1, columns: int = 1
) -> tuple[Figure, Any]:
    """Return an empty figure of `width` x `height` inches and its axes (an array if there are several)."""
    from matplotlib.figure import Figure

    use_style()
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns)


def plain_ticks(*axes: Axis, unit: str = "") -> None:
    """Write the numbers of these axes (`axis.xaxis`, `axis.yaxis`) as people read them: 1,500, not 1.5e3."""
    from matplotlib.ticker import FuncFormatter

    def written(value: float, _place: int) -> str:
        return f"{value:,.0f}{unit}" if abs(value) >= 10 else f"{value:,g}{unit}"

    for axis in axes:
        axis.set_major_formatter(FuncFormatter(written))


def mark_guess(axis: Axes, guess: object, along: Literal["x", "y"] = "y", share: bool = False) -> None:
    """Draw what the reader guessed: a dashed line across the axes, or an arrow where it lies beyond their limits.

    Call it last: it keeps the limits as they are. What is no number (None, a name) draws nothing.

    Args:
        along: the axis on which the guess is a value.
        share: the axis shows shares from 0 to 1, so that a guess of 20 or "20 %" is 0.2.
    """
    from course_lib.explore.prediction import quantity

    found = quantity(guess)
    if found is None:
        return
    low, high = sorted(axis.get_xlim() if along == "x" else axis.get_ylim())
    low, high = float(low), float(high)
    if found.parts and not share and high >= found.parts[1] > 1:
        found = found.counted  # "5/8" on an axis that counts to 8
    value = found.share if share else found.value
    if share and value > 1 and not found.percent:
        value /= 100
    inside = low <= value <= high
    upper = value > (low + high) / 2
    if inside:
        line = axis.axvline if along == "x" else axis.axhline
        line(value, color=GUESS, linestyle=(0, (4, 2)), linewidth=1.8, zorder=5)
        text, at = "your guess", value
    else:
        arrow = {"x": "←→", "y": "↓↑"}[along][upper]
        text, at = f"your guess: {str(guess).strip()} {arrow}", high if upper else low
    mixed = axis.get_xaxis_transform() if along == "x" else axis.get_yaxis_transform()
    sideways, upright = along == "x" and not upper, along == "y" and not upper
    axis.annotate(
        text, (at, 1.0) if along == "x" else (1.0, at), xycoords=mixed, textcoords="offset points",
        xytext=(3 if sideways else -3, 3 if upright else -3), ha="left" if sideways else "right",
        va="bottom" if upright else "top", fontsize=10, color=GUESS, zorder=6,
        bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1.0},
    )  # fmt: skip


def png(figure: Figure, dpi: int = 110) -> bytes:
    """Return the figure as PNG bytes; the same figure gives the same bytes."""
    for axis in figure.axes:
        if axis.images:
            axis.grid(visible=False)  # lines across a map say nothing
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def image_tag(figure: Figure, alt: str) -> str:
    """Return an HTML image of the figure with its text alternative; on a dark page its lightness is turned round."""
    data = base64.b64encode(png(figure)).decode("ascii")
    style = "max-width:100%;height:auto;background:white;border-radius:4px"
    kind = "course-map" if _is_map(figure) else "course-figure"
    words = html.escape(alt, quote=True)
    image = f'<img alt="{words}" class="{kind}" style="{style}" src="data:image/png;base64,{data}">'
    return (DARK if kind == "course-figure" else "") + image


def _is_map(figure: Figure) -> bool:
    """Whether colours stand for numbers somewhere: they stay what they are."""
    return any(
        axis.images or any(part.get_array() is not None for part in axis.collections) for axis in figure.axes
    )


class Picture:
    """A figure and the sentence that says the same; shown as the last value of a cell.

    Args:
        figure: a matplotlib figure.
        sentence: what the figure shows, with its numbers: the text alternative.
        caption: what stands below the figure; by default the sentence. Where the figure shows its numbers itself, say
            what they mean instead of repeating them; "" for nothing.
    """

    def __init__(self, figure: Figure, sentence: str, caption: str | None = None) -> None:
        if not sentence.strip():
            raise ValueError("sentence is empty: a picture must say its result in words")
        self.figure = figure
        self.sentence = sentence
        self.caption = sentence if caption is None else caption

    def html(self) -> str:
        """Return the picture as an HTML figure with its caption."""
        caption = f"<figcaption>{html.escape(self.caption)}</figcaption>" if self.caption else ""
        return f"<figure style='margin:0.5em 0'>{image_tag(self.figure, self.sentence)}{caption}</figure>"

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
    from course_lib.plain import SPECIAL, clean

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


@dataclass(frozen=True)
class Finding:
    """What an experiment of a lesson found.

    Attributes:
        question: what was asked, as a few words: the head of the comparison with the reader's guess.
        measured: the answer, written as people read it: "37%", "2.5", a name, a tuple of these.
        show: gets the reader's guess and returns what to look at (a `Picture` with the guess in it, a table), or None.
        says: one to three sentences about what was found, as Markdown, made from the numbers.
    """

    question: str
    measured: object
    show: Callable[[object], Any] | None = None
    says: str = ""


def reveal(finding: Finding, guess: object = None) -> None:
    """Show a finding: the figure or table, how far off the reader's guess was, and what was found in words."""
    from IPython.display import display

    shown = finding.show(guess) if finding.show else None
    if shown is not None:
        display(shown)
    display(compare(finding.question, guess, finding.measured))
    if finding.says:
        display(say(finding.says))
