"""Where the ideas come from: dated, each with its source, and with the lesson that uses it (lesson 01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.explore.figure import BLUE, GREY, ORANGE, Picture, new_figure, say

if TYPE_CHECKING:
    from collections.abc import Sequence

DOI = "https://doi.org/"


@dataclass(frozen=True)
class Idea:
    """One idea that this course uses: the year of the publication cited, not of every forerunner."""

    year: int
    name: str
    who: str
    source: str
    lesson: str


IDEAS: tuple[Idea, ...] = (
    Idea(
        1763, "learning from data by conditional probability", "Bayes", f"{DOI}10.1098/rstl.1763.0053", "01"
    ),
    Idea(
        1847,
        "gradient descent",
        "Cauchy",
        "Comptes rendus 25, pages 536-538",
        "02",
    ),
    Idea(
        1913,
        "a chain of letters: the next one depends on the last",
        "Markov",
        f"{DOI}10.1017/S0269889706001074",
        "01",
    ),
    Idea(1927, "an honest interval for a share", "Wilson", f"{DOI}10.1080/01621459.1927.10502953", "01"),
    Idea(1943, "a network of simple units", "McCulloch and Pitts", f"{DOI}10.1007/BF02478259", "05"),
    Idea(
        1948,
        "entropy in bits; text drawn from n-grams",
        "Shannon",
        f"{DOI}10.1002/j.1538-7305.1948.tb01338.x",
        "01",
    ),
    Idea(
        1951,
        "how well can the next letter be guessed?",
        "Shannon",
        f"{DOI}10.1002/j.1538-7305.1951.tb01366.x",
        "01",
    ),
    Idea(1951, "noisy steps that still arrive", "Robbins and Monro", f"{DOI}10.1214/aoms/1177729586", "02"),
    Idea(
        1951,
        "a distance between two distributions",
        "Kullback and Leibler",
        f"{DOI}10.1214/aoms/1177729694",
        "11",
    ),
    Idea(
        1952,
        "scores from paired comparisons",
        "Bradley and Terry",
        f"{DOI}10.1093/biomet/39.3-4.324",
        "11",
    ),
    Idea(
        1957,
        "decisions that pay off later",
        "Bellman",
        "Journal of Mathematics and Mechanics 6, pages 679-684",
        "09",
    ),
    Idea(
        1958, "a unit that learns its weights: the perceptron", "Rosenblatt", f"{DOI}10.1037/h0042519", "05"
    ),
    Idea(
        1986,
        "backpropagation through hidden layers",
        "Rumelhart and others",
        f"{DOI}10.1038/323533a0",
        "05",
    ),
    Idea(
        1991,
        "how far to trust a context that was rarely seen",
        "Witten and Bell",
        f"{DOI}10.1109/18.87000",
        "01",
    ),
    Idea(
        1997,
        "a network with a memory cell",
        "Hochreiter and Schmidhuber",
        f"{DOI}10.1162/neco.1997.9.8.1735",
        "06",
    ),
    Idea(
        2003,
        "a neural network that predicts the next word",
        "Bengio and others",
        "https://www.jmlr.org/papers/v3/bengio03a.html",
        "02",
    ),
    Idea(
        2014,
        "attention: look back at what matters",
        "Bahdanau, Cho and Bengio",
        "https://arxiv.org/abs/1409.0473",
        "04",
    ),
    Idea(
        2017,
        "the transformer: attention, no recurrence",
        "Vaswani and others",
        "https://arxiv.org/abs/1706.03762",
        "10",
    ),
    Idea(
        2020,
        "loss falls as a power law of scale",
        "Kaplan and others",
        "https://arxiv.org/abs/2001.08361",
        "11",
    ),
    Idea(2022, "tuned with human preferences", "Ouyang and others", "https://arxiv.org/abs/2203.02155", "11"),
)


def periods(ideas: Sequence[Idea] = IDEAS) -> dict[str, int]:
    """Count the ideas before 1940, from 1940 to 1959, from 1960 to 1999, and since 2000."""
    bounds = {"before 1940": (0, 1939), "1940 to 1959": (1940, 1959), "1960 to 1999": (1960, 1999)}
    counted = {name: sum(low <= idea.year <= high for idea in ideas) for name, (low, high) in bounds.items()}
    return {**counted, "since 2000": sum(idea.year >= 2000 for idea in ideas)}


def timeline(ideas: Sequence[Idea] = IDEAS) -> Picture:
    """Draw the ideas as a list with their years on a line of time; the years 1940 to 1959 are shaded."""
    figure, axis = new_figure(6.4, 0.27 * len(ideas) + 0.7)
    years = [idea.year for idea in ideas]
    axis.axvspan(1940, 1960, color=GREY, alpha=0.15)
    for place, idea in enumerate(ideas):
        inside = 1940 <= idea.year <= 1959
        axis.plot(idea.year, place, "s" if inside else "o", color=ORANGE if inside else BLUE)
        axis.annotate(f"{idea.year}  {idea.name} ({idea.who})", (1.04, place), xycoords=("axes fraction", "data"),
                      va="center", fontsize=9)  # fmt: skip
    figure.set_layout_engine("none")
    axis.set_position((0.02, 0.5 / figure.get_figheight(), 0.17, 1 - 0.6 / figure.get_figheight()))
    axis.set(xlim=(min(years) - 12, max(years) + 12), yticks=[], xticks=[1800, 2000])
    axis.grid(False)
    axis.spines["left"].set_visible(False)
    axis.invert_yaxis()
    counted = ", ".join(f"{period} {n}" for period, n in periods(ideas).items())
    return Picture(
        figure,
        f"{len(ideas)} ideas that this course uses, from {min(years)} to {max(years)}: {counted}.",
        "Shaded and square: 1940 to 1959.",
    )


def old_ideas(ideas: Sequence[Idea] = IDEAS) -> None:
    """Show the timeline, what it counts, and the sources, folded."""
    from IPython.display import display

    counted = periods(ideas)
    early, inside = counted["before 1940"] + counted["1940 to 1959"], counted["1940 to 1959"]
    largest = ": the largest group" if inside == max(counted.values()) else ""
    sources = "; ".join(
        f"[{one.year}, {one.who}]({one.source})"
        if one.source.startswith("http")
        else f"{one.year}, {one.who}: {one.source}"
        for one in ideas
    )
    display(timeline(ideas))
    display(
        say(
            f"{early} of these {len(ideas)} were in print before 1960, {inside} of them from 1940 to 1959{largest}.\n\n"
            f"<details><summary>The {len(ideas)} sources</summary>\n\n{sources}.\n\n</details>"
        )
    )
