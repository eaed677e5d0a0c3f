"""Edges out of photographs: the patterns of which small pieces of a picture are made, found without labels (lesson 07).

The photographs come with scikit-learn (by danielbuechele, licence CC BY 2.0). The method is independent component
analysis: each piece is a sum of patterns, and few of them are strong at a time (Bell and Sejnowski, 1997; a
forerunner is Olshausen and Field, 1996).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from course_lib.data.digits import load_digits
from course_lib.explore.figure import Finding, Picture, use_style
from course_lib.explore.live import following

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

Source = Literal["temple", "flower", "digits", "shuffled temple"]
SOURCES: tuple[Source, ...] = ("temple", "flower", "digits", "shuffled temple")
FILES = {"temple": "china.jpg", "flower": "flower.jpg", "shuffled temple": "china.jpg"}
SIDE, PIECES, PATTERNS = 8, 5000, 36
EDGE = 0.5  # from this coherence on we call a pattern an edge
TELLS = {
    "temple": "pieces of a photograph",
    "flower": "pieces of another one",
    "digits": "whole digits",
    "shuffled temple": "its pixels shuffled",
}


def photograph(source: Source) -> NDArray[Any]:
    """Return a photograph in grey, (427, 640), 0 for black to 1 for white; shuffled pixels keep their brightness."""
    from sklearn.datasets import load_sample_image

    grey = load_sample_image(FILES[source]).mean(2) / 255
    if source == "shuffled temple":
        grey = np.random.default_rng(0).permutation(grey.ravel()).reshape(grey.shape)
    return grey


def pieces(source: Source, seed: int = 0) -> NDArray[Any]:
    """Return 5,000 pieces of 8 x 8 pixels from random places (or the digits), each with mean 0: (N, 64)."""
    if source == "digits":
        found = load_digits(seed).train.images.flatten(1).double().numpy()
    else:
        grey, draw = photograph(source), np.random.default_rng(seed)
        tops = draw.integers(0, grey.shape[0] - SIDE, PIECES)
        lefts = draw.integers(0, grey.shape[1] - SIDE, PIECES)
        found = np.stack([grey[y : y + SIDE, x : x + SIDE].ravel() for y, x in zip(tops, lefts, strict=True)])
    return found - found.mean(1, keepdims=True)


def coherence(pattern: NDArray[Any]) -> float:
    """Return how far the slopes of a pattern (8, 8) share one direction: 1 for a straight edge, near 0 for a jumble.

    It is the coherence of the structure tensor, summed over the pattern.
    """
    down, right = np.gradient(pattern)
    a, b, c = (right * right).sum(), (down * down).sum(), (right * down).sum()
    return float(np.hypot(a - b, 2 * c) / (a + b))


@dataclass(frozen=True)
class Patterns:
    """What was found in one source: patterns (36, 8, 8) and how straight each is, the straightest first."""

    source: Source
    patterns: NDArray[Any]
    straight: list[float]

    @property
    def n_edges(self) -> int:
        return sum(one > EDGE for one in self.straight)


@cache
def learned_patterns(source: Source, seed: int = 0) -> Patterns:
    """Find 36 patterns of which the pieces of a source are made; the same seed gives the same ones."""
    from sklearn.decomposition import FastICA

    search = FastICA(PATTERNS, whiten="unit-variance", random_state=seed, max_iter=200)
    with warnings.catch_warnings(), threadpool_limits(1):  # more threads make so small a search slower
        warnings.simplefilter("ignore")  # without any pattern in it, a source may take all 200 rounds
        found = search.fit(pieces(source, seed)).mixing_.T.reshape(-1, SIDE, SIDE)
    straight = [coherence(one) for one in found]
    order = sorted(range(len(found)), key=lambda i: -straight[i])
    return Patterns(source, found[order], [straight[i] for i in order])


def edges_in_a_photograph(seed: int = 0) -> Finding:
    """Find how many of 36 patterns are edges: in a photograph, and in what serves as a control."""
    from course_lib.explore.seeing import kept

    found = [learned_patterns(source, seed) for source in following(SOURCES, "finding patterns in")]
    temple, flower, digits, shuffled = found
    ranges = {source: f"{min(n)} to {max(n)}" for source, n in kept()["patterns"].items()}
    return Finding(
        f"edges among {PATTERNS} patterns of the photograph",
        str(temple.n_edges),
        lambda _: draw_patterns([temple, digits, shuffled]),
        f"Another photograph, a flower, gives {flower.n_edges}, the digits {digits.n_edges}, the same "
        "photograph with "
        f"its pixels shuffled {shuffled.n_edges}. With five seeds: {ranges['temple']}, {ranges['flower']}, "
        f"{ranges['digits']} and {ranges['shuffled temple']}. Nobody asked for edges, and there are no labels: "
        "**edges are what these photographs are made of.** Whole digits of 8 × 8 pixels gave few, and "
        "shuffling leaves none or next to none.",
    )


def draw_patterns(found: Sequence[Patterns]) -> Picture:
    """Draw the photograph, and below it the patterns of some sources side by side, the straightest first."""
    from matplotlib.figure import Figure

    use_style()
    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    grid = figure.add_gridspec(2, len(found), height_ratios=[1.75, 1.3])
    top = figure.add_subplot(grid[0, :])
    grey = photograph("temple")
    top.imshow(grey[:330], cmap="gray", vmin=0, vmax=1)
    _bare(top)
    draw = np.random.default_rng(1)
    for x, y in zip(draw.integers(40, 600, 14), draw.integers(40, 290, 14), strict=True):
        top.plot([x, x + 8, x + 8, x, x], [y, y, y + 8, y + 8, y], color="#F0E442", linewidth=1.4)
    top.set_title("Pieces of 8 × 8 pixels (yellow), 5,000 of them. What are they made of?", fontsize=11)
    for place, one in enumerate(found):
        axis = figure.add_subplot(grid[1, place])
        axis.imshow(mosaic(one.patterns), cmap="gray", vmin=-1, vmax=1)
        _bare(axis)
        axis.set_title(f"{TELLS[one.source]}\n{one.n_edges} edges", fontsize=9.5)
    told = "; ".join(f"{TELLS[one.source]}: {one.n_edges}" for one in found)
    return Picture(
        figure,
        f"Edges among {PATTERNS} patterns: {told}. Above, the photograph of a Chinese temple that the "
        "pieces were cut from.",
        f"{PATTERNS} patterns each, the straightest first. Photograph: danielbuechele, CC BY 2.0.",
    )


def mosaic(patterns: NDArray[Any]) -> NDArray[Any]:
    """Lay patterns (36, 8, 8) out as six rows of six, each scaled to -1 ... 1, with white lines in between."""
    side = round(len(patterns) ** 0.5)
    sheet = np.ones((side * (SIDE + 1) - 1, side * (SIDE + 1) - 1))
    for i, one in enumerate(patterns):
        y, x = (SIDE + 1) * (i // side), (SIDE + 1) * (i % side)
        sheet[y : y + SIDE, x : x + SIDE] = one / np.abs(one).max()
    return sheet


def _bare(axis: Axes) -> None:
    axis.set_xticks([])
    axis.set_yticks([])
    axis.grid(visible=False)
