"""Why scores are divided by the root of D: long queries see one key only, and learn nothing (lesson 10, part 2)."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from course_lib.explore.copying_found import spread
from course_lib.explore.figure import BLUE, RED, Finding, Picture, mark_guess, new_figure

WIDTHS = (4, 16, 64, 256, 1024)
KEYS, QUERIES = 32, 2000


@dataclass(frozen=True)
class Shares:
    """What random queries of one width do to random keys; medians over the queries."""

    width: int
    scaled: bool
    largest: float  # the largest share
    slope: float  # how much that share moves when its score moves by 1: p (1 - p)


def random_shares(width: int, scaled: bool, seed: int = 0) -> Shares:
    """Compare queries with keys, all of them normal random numbers."""
    generator = torch.Generator().manual_seed(seed)
    queries = torch.randn(QUERIES, 1, width, generator=generator)
    keys = torch.randn(QUERIES, KEYS, width, generator=generator)
    scores = (queries * keys).sum(-1)  # (QUERIES, KEYS), of size sqrt(width)
    if scaled:
        scores = scores / width**0.5
    largest = scores.softmax(-1).amax(-1)
    slope = (largest.double() * (1 - largest.double())).median()
    return Shares(width, scaled, float(largest.median()), float(slope))


def largest_share(width: int = 64) -> Finding:
    """Find the share of the best of 32 random keys without the root, for queries of this width."""
    rows = [random_shares(D, scaled) for scaled in (False, True) for D in WIDTHS]
    bare, divided = (
        next(r for r in rows if r.width == width and r.scaled == scaled) for scaled in (False, True)
    )
    widest = next(r for r in rows if r.width == max(WIDTHS) and not r.scaled)
    return Finding(
        f"largest share, not scaled, {width:,} numbers",
        f"{bare.largest:.0%}",
        lambda guess: draw_shares(rows, guess),
        f"With the root it is {divided.largest:.0%}. Not scaled, the longer the query, the more one key takes all, "
        f"and what is nearly 1 hardly moves any more: at {max(WIDTHS):,} numbers by {widest.slope:.0e} per unit of "
        f"its score, with the root by {divided.slope:.2g}. What does not move passes no gradient on. These small "
        f"heads get away with it: the networks of part 4, with 32 numbers per head, copy {spread('not scaled')} "
        f"without the root and {spread('two layers')} with it.",
    )


def draw_shares(rows: list[Shares], guess: object = None) -> Picture:
    """Draw largest share and its slope over the width, with and without the root."""
    figure, (left, right) = new_figure(height=3.1, columns=2)
    for scaled, colour, mark, label in (
        (False, RED, "s--", "not scaled"),
        (True, BLUE, "o-", "divided by √D"),
    ):
        own = [row for row in rows if row.scaled == scaled]
        widths = [row.width for row in own]
        left.plot(widths, [row.largest for row in own], mark, color=colour, label=label)
        right.plot(widths, [row.slope for row in own], mark, color=colour)
    for axis in (left, right):
        axis.set_xscale("log", base=4)
        axis.set_xticks(WIDTHS, [f"{D:,}" for D in WIDTHS])
        axis.minorticks_off()
        axis.set_xlabel("D: numbers per query")
    left.set(ylim=(0, 1.05), title="largest of 32 shares")
    left.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    right.set(ylim=(0, None), title="its slope")
    figure.legend(loc="outside lower center", ncols=2)
    mark_guess(left, guess, share=True)
    told = "; ".join(
        f"{row.width:,} numbers {'scaled' if row.scaled else 'not scaled'} {row.largest:.0%}, slope {row.slope:.2g}"
        for row in rows
    )
    return Picture(
        figure,
        f"The largest of {KEYS} shares of random queries and keys, and its slope: {told}.",
        f"Medians over {QUERIES:,} random queries with {KEYS} random keys each.",
    )
