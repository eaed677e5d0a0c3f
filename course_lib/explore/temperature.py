"""The temperature explorer: five words, five logits, and what softmax makes of them (lesson 02, part 5)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from course_lib.data.facts import CAT_PLACES
from course_lib.explore.figure import BLUE, GREY, new_figure
from course_lib.explore.view import View
from course_lib.generation.sampling import effective_choices, entropy_bits, sample, softmax

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

CAT_SENTENCE = dict(list(CAT_PLACES.items())[:5])  # the five likeliest places of the fact world


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
    figure, axis = new_figure(6.5, 2.6)
    places = range(len(words))
    axis.bar([place - 0.2 for place in places], before.tolist(), 0.4, color=GREY, hatch="//", label="T = 1")
    axis.bar(
        [place + 0.2 for place in places], after.tolist(), 0.4, color=BLUE, label=f"T = {temperature:.2f}"
    )
    axis.set_xticks(list(places), words)
    axis.set(ylim=(0, 1), ylabel="probability")
    axis.legend(frameon=False)
    top = words[int(after.argmax())]
    sentence = (
        f"At T = {temperature:.2f} '{top}' has {after.max():.1%}; "
        f"entropy {float(entropy_bits(after)):.2f} bits, "
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
