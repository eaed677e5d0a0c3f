"""Temperature: five words, five scores, and what softmax makes of them (lesson 02, part 5)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from course_lib.data.facts import CAT_PLACES
from course_lib.explore.figure import BLUE, GREY, Finding, Picture, mark_guess, new_figure
from course_lib.explore.view import View
from course_lib.generation.sampling import effective_choices, entropy_bits, sample, softmax

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

CAT_SENTENCE = dict(list(CAT_PLACES.items())[:5])  # the five likeliest places of the fact world
SHOWN = (0.1, 0.5, 1.0, 2.0, 5.0)  # temperatures with their numbers in the figure
BANDS = ("#0072B2", "#3D94C7", "#7DB7D9", "#B6D4E5", "#DCE7EC")  # from the likeliest word on, dark to pale
COLDEST, HOTTEST = 0.06, 9.0


def scores_of(probabilities: Mapping[str, float]) -> Tensor:
    """Return scores (n,) whose softmax at T = 1 are these probabilities, scaled to sum to 1."""
    return torch.tensor(list(probabilities.values()), dtype=torch.float64).log()


def same_words(probabilities: Mapping[str, float], temperature: float = 0.1) -> Finding:
    """Ask for the chance of the likeliest word when it is cold, and show the words over all temperatures.

    Args:
        probabilities: word -> probability at temperature 1, each above 0, likeliest first.
        temperature: the one that the question is about.
    """
    first = next(iter(probabilities))
    scores = scores_of(probabilities)
    cold, cool = (float(softmax(scores, t)[0]) for t in (temperature, 1.0))
    return Finding(
        f"chance of “{first}” at T = {temperature:g}",
        f"{cold:.0%}",
        lambda guess: draw_same_words(probabilities, temperature, guess),
        f"The order of the words is the same at every temperature. But an answer is many draws in a row: "
        f"“{first}” twenty times running has a chance of {cold**20:.0%} at T = {temperature:g}, of one in "
        f"{float(f'{cool**-20:.2g}'):,.0f} at T = 1.",
    )


def draw_same_words(
    probabilities: Mapping[str, float], temperature: float = 0.1, guess: object = None
) -> Picture:
    """Draw the words as bands of one height, their probabilities, over the temperature."""
    words, scores = list(probabilities), scores_of(probabilities)
    grid = np.geomspace(COLDEST, HOTTEST, 160)
    shares = np.array([softmax(scores, float(t)).tolist() for t in grid]).T  # (words, temperatures)
    figure, axis = new_figure(height=4.2)
    colours = [BANDS[min(place, len(BANDS) - 1)] for place in range(len(words))]
    axis.stackplot(grid, shares, colors=colours, edgecolor="white", linewidth=1.2)
    axis.set(xlim=(COLDEST, HOTTEST), ylim=(0, 1), xlabel="temperature T")
    axis.set_xscale("log")
    axis.set_xticks(SHOWN, [f"{t:g}" for t in SHOWN])
    axis.minorticks_off()
    axis.set_yticks([])
    axis.grid(False)
    axis.spines["left"].set_visible(False)
    _name_bands(axis, words, shares[:, -1])
    parts = []
    for t in SHOWN:
        chances = softmax(scores, t)
        axis.axvline(t, color="white", linewidth=1)
        _write_shares(axis, t, chances.tolist())
        parts.append(
            f"T = {t:g}: {', '.join(f'{w} {c:.0%}' for w, c in zip(words, chances.tolist(), strict=True))}"
        )
    choices = [f"{float(effective_choices(softmax(scores, t))):.1f}" for t in SHOWN]
    top = axis.secondary_xaxis("top")
    top.set_xticks(SHOWN, choices)
    top.minorticks_off()
    top.tick_params(length=0)
    top.spines["top"].set_visible(False)
    top.set_xlabel("as open as a choice between this many equally likely words")
    beside = axis.inset_axes((0, 0, 0.36, 1), xlim=(0, 1), ylim=(0, 1))  # where it is cold
    beside.axis("off")
    mark_guess(beside, guess, share=True)
    sentence = (
        "Five words that share 100%, over the temperature. "
        + "; ".join(parts)
        + ". As open as a choice between "
        f"{', '.join(choices)} equally likely words. The order of the words never changes."
    )
    caption = (
        "“The cat sat on the …”: cold, nearly always the first word; hot, nearly a fair die. The order stays."
    )
    return Picture(figure, sentence, caption)


def _name_bands(axis: Axes, words: Sequence[str], shares: np.ndarray) -> None:
    for word, height in zip(words, np.cumsum(shares) - shares / 2, strict=True):
        axis.annotate(
            word, (1.0, height), xycoords="axes fraction", xytext=(6, 0), textcoords="offset points",
            va="center", fontsize=12, annotation_clip=False,
        )  # fmt: skip


def _write_shares(axis: Axes, temperature: float, chances: Sequence[float]) -> None:
    from matplotlib.patheffects import withStroke

    below = 0.0
    for place, chance in enumerate(chances):
        if chance >= 0.055:
            axis.text(
                temperature, below + chance / 2, f"{chance:.0%}", ha="center", va="center", fontsize=11,
                color="white" if place < 2 else "black",
                path_effects=[withStroke(linewidth=4, foreground=BANDS[min(place, len(BANDS) - 1)])],
            )  # fmt: skip
        below += chance


def temperature_bars(
    probabilities: Mapping[str, float], temperature: float, draws: int = 0
) -> tuple[Figure, str]:
    """Draw the distribution at `temperature` beside the one at 1, and count `draws` samples (seed 0).

    Args:
        probabilities: word -> probability at temperature 1, each above 0; they are scaled to sum to 1.
        temperature: above 0.
        draws: how many words to sample and count.
    """
    words = list(probabilities)
    logits = torch.tensor([math.log(probabilities[word]) for word in words], dtype=torch.float64)
    before, after = softmax(logits, 1.0), softmax(logits, temperature)
    figure, axis = new_figure(height=2.8)
    places = range(len(words))
    axis.bar([place - 0.2 for place in places], before.tolist(), 0.4, color=GREY, hatch="//", label="T = 1",
             edgecolor="white")  # fmt: skip
    bars = axis.bar(
        [place + 0.2 for place in places], after.tolist(), 0.4, color=BLUE, label=f"T = {temperature:.2f}"
    )
    axis.bar_label(bars, [f"{chance:.0%}" for chance in after.tolist()], fontsize=10, padding=2)
    axis.set_xticks(list(places), words)
    axis.set(ylim=(0, 1.08), ylabel="probability")
    axis.legend()
    top = words[int(after.argmax())]
    sentence = (
        f"At T = {temperature:.2f} '{top}' has {after.max():.1%}; "
        f"entropy (how open the choice is) {float(entropy_bits(after)):.2f} bits, "
        f"as many as {float(effective_choices(after)):.1f} equal choices."
    )
    if draws:
        generator = torch.Generator().manual_seed(0)
        picks = [words[int(sample(logits, temperature, generator))] for _ in range(draws)]
        counts = ", ".join(f"{word} {picks.count(word)}" for word in words)
        sentence += f" {draws} draws: {counts}."
    return figure, sentence


def temperature_explorer(probabilities: Mapping[str, float] | None = None) -> View:
    """Return the view: a temperature slider (0.1 to 5) and how many words to draw."""
    import ipywidgets

    chosen = dict(probabilities or CAT_SENTENCE)

    def draw(temperature: float, draws: int) -> tuple[Figure, str]:
        return temperature_bars(chosen, temperature, draws)

    wide = {"description_width": "8em"}
    controls = {
        "temperature": ipywidgets.FloatLogSlider(
            value=1.0, base=10, min=-1, max=0.7, step=0.05, description="temperature T", style=wide
        ),
        "draws": ipywidgets.Dropdown(
            options=[0, 20, 1000], value=20, description="words to draw", style=wide
        ),
    }
    return View(draw, controls, [{"temperature": t} for t in (0.1, 1.0, 2.0)])
