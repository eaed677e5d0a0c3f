"""What the copying networks show: two layers against one, distance, positions, and a leak that accuracy hides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import torch

from course_lib.evaluation.leak import leak_test
from course_lib.explore.copying import (
    ASKED,
    CHANCE,
    LONGER,
    STEPS,
    SYMBOLS,
    TRAINED,
    Attending,
    Copied,
    Kind,
    kept,
    repeated,
    share_copied,
    train_copier,
)
from course_lib.explore.figure import BLUE, GREY, ORANGE, RED, Finding, Picture, mark_guess, new_figure
from course_lib.explore.plots import share_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from torch import Tensor

PERIOD, SHOWN = 9, 24  # of the row in the pictures: its block, and how many symbols are shown


def spread(kind: Kind, steps: int = STEPS) -> str:
    """Say what the shipped runs of one kind copy: "91% to 93%"."""
    return share_range([run.share for run in kept(kind, steps)])


def one_or_two_layers(seed: int = 0) -> Finding:
    """Find what share of a repeated block one layer of attention copies; two layers are beside it."""
    one, two = train_copier("one layer", seed), train_copier("two layers", seed)
    shares = {"one layer": share_copied(one), "two layers": share_copied(two)}
    maps = cast(Attending, two).maps(one_row())
    wide = kept("one wide layer")[0].weights, kept("two layers")[0].weights
    says = (
        f"One layer copies {shares['one layer']:.0%}, two layers {shares['two layers']:.0%} (five seeds: one layer "
        f"{spread('one layer')}, two layers {spread('two layers')}). It is not size: one *wide* layer with "
        f"{wide[0]:,} weights, more than the {wide[1]:,} of the two, copies {spread('one wide layer')}. In the maps, "
        f"a head of layer 1 gives the token just before {look_back(maps[0], 1):.0%} of its attention while the block "
        f"is read for the first time; a head of layer 2 gives {look_back(maps[1], PERIOD - 1):.0%}, while it comes "
        "for the second time, to the token *after* the same symbol."
    )
    return Finding(
        "one layer copies", f"{shares['one layer']:.0%}", lambda guess: draw_layers(shares, maps, guess), says
    )


def one_row(seed: int = 4) -> Tensor:
    """Return a row that repeats a block of nine symbols."""
    return repeated(1, torch.Generator().manual_seed(seed), (PERIOD, PERIOD))[0]


def _looks(weights: Tensor, back: int) -> Tensor:
    """The mean attention of each head to the token so many places back: the first time for one back, else the "
    "second."""
    rows = range(1, PERIOD) if back == 1 else range(PERIOD, 2 * PERIOD)
    return torch.stack([weights[0, :, row, row - back] for row in rows]).mean(0)


def look_back(weights: Tensor, back: int) -> float:
    """Return how much the head that looks there most gives to the token so many places back."""
    return float(_looks(weights, back).max())


def best_head(weights: Tensor, back: int) -> int:
    """Return that head."""
    return int(_looks(weights, back).argmax())


def draw_layers(shares: dict[str, float], maps: Sequence[Tensor], guess: object = None) -> Picture:
    """Draw how much one and two layers copy, and the two heads that do it together."""
    figure, (bars, first, second) = new_figure(width=8.2, height=3.5, columns=3)
    bars.get_gridspec().set_width_ratios([0.8, 1, 1])
    drawn = bars.bar([0, 1], list(shares.values()), color=[ORANGE, BLUE], width=0.6)
    bars.bar_label(drawn, [f"{share:.0%}" for share in shares.values()], padding=2)
    bars.axhline(CHANCE, color=GREY, linestyle=":", linewidth=1.5)
    bars.set_xticks([0, 1], ["one\nlayer", "two\nlayers"])
    bars.set(ylim=(0, 1.1), title="symbols copied")
    bars.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    for axis, weights, back, title in (
        (first, maps[0], 1, "layer 1: one back"),
        (second, maps[1], PERIOD - 1, "layer 2: after the\nsame symbol"),
    ):
        _map(axis, weights[0, best_head(weights, back)], title)
    mark_guess(bars, guess, share=True)
    return Picture(
        figure,
        f"One layer copies {shares['one layer']:.0%} of the symbols, two layers {shares['two layers']:.0%}. A head "
        f"of the first of the two layers looks one token back; a head of the second looks at the token {PERIOD - 1} "
        "places back, which came after the same symbol last time.",
        f"Right: a block of {PERIOD} symbols that repeats; a row is the token that looks, a column the one looked "
        "at, bright is much. Dotted: guessing.",
    )


def _map(axis: Axes, weights: Tensor, title: str) -> None:
    shown = weights[:SHOWN, :SHOWN]
    seen = shown.masked_fill(torch.ones_like(shown, dtype=torch.bool).triu(1), torch.nan)
    axis.imshow(seen.tolist(), cmap="cividis", vmin=0, vmax=1, aspect="equal")
    marks = [0, PERIOD, 2 * PERIOD]
    axis.set_xticks(marks, [str(mark) for mark in marks])
    axis.set_yticks(marks, [str(mark) for mark in marks])
    axis.set_title(title)
    axis.grid(visible=False)


def without_positions(seed: int = 0) -> Finding:
    """Find how much two layers copy when nothing says at which position a token stands."""
    share = share_copied(train_copier("no positions", seed))
    return Finding(
        "copied without positions",
        f"{share:.0%}",
        None,
        f"Fewer than with positions ({spread('two layers')}), but far above guessing ({CHANCE:.0%}); five seeds: "
        f"{spread('no positions')}. Attention as such knows no order, but the *mask* tells some of it: the fifth "
        "token sees five tokens, the sixth six. That models without positions use this was shown on larger ones "
        "(Haviv and others, 2022); here we have not tested it.",
    )


def leak_that_accuracy_hides(seed: int = 0) -> Finding:
    """Find how much a network copies whose mask comes after softmax; its leak is measured beside it."""
    leaky, sound = train_copier("mask after softmax", seed), train_copier("two layers", seed)
    ids = repeated(50, torch.Generator().manual_seed(7))[0]
    leaks = [leak_test(model, ids, SYMBOLS, seed=0) for model in (leaky, sound)]
    share = share_copied(leaky)
    others = [run.leak for run in kept("mask after softmax")]
    return Finding(
        "copied with the mask after softmax",
        f"{share:.0%}",
        None,
        f"The sound network copies {share_copied(sound):.0%} (five seeds: with the leak "
        f"{spread('mask after softmax')}, without {spread('two layers')}): a point, which nobody notices who has "
        "only one of the two. The leak test does notice. When later symbols change, an earlier score moves by up to "
        f"{leaks[0].largest:.2f} in the leaky network (five seeds: {min(others):.1f} to {max(others):.1f}), by "
        f"{leaks[1].largest:.0f} in the sound one; and later scores move by {leaks[1].control:.0f}, so the test can "
        "see.",
    )


def beside_the_rnn(distance: int = 16) -> Finding:
    """Find how much an LSTM copies over this distance after four times the training; everything else is beside it."""
    lines = {
        "two layers of attention": kept("two layers"),
        "one layer": kept("one layer"),
        f"LSTM, {LONGER} times the steps": kept("LSTM", LONGER * STEPS),
        f"RNN, {LONGER} times the steps": kept("RNN", LONGER * STEPS),
    }
    at = {name: [run.by_period[str(distance)] for run in runs] for name, runs in lines.items()}
    attention, _, lstm, rnn = (sum(shares) / len(shares) for shares in at.values())
    beyond = [run.by_period["24"] for run in kept("two layers")]
    weights = [kept(kind)[0].weights for kind in ("two layers", "LSTM", "RNN")]
    return Finding(
        f"LSTM copies over a distance of {distance}",
        f"{lstm:.0%}",
        lambda guess: draw_distances(lines, guess),
        f"Means over {len(kept('LSTM'))} seeds: attention {attention:.0%}, LSTM {lstm:.0%}, RNN {rnn:.0%}, with "
        f"{weights[0]:,}, {weights[1]:,} and {weights[2]:,} weights. The state has to carry a whole block, attention "
        f"looks it up. It also copies blocks of 24 ({min(beyond):.0%} to {max(beyond):.0%}), though none above "
        f"{TRAINED[1]} was in training. Other widths, rates or longer training may move the curves; what costs "
        "attention more is memory, and time that grows with the square of the length.",
    )


def draw_distances(lines: dict[str, list[Copied]], guess: object = None) -> Picture:
    """Draw the share that is copied over the length of the block, with the range over seeds."""
    figure, axis = new_figure(height=3.7)
    looks = ((BLUE, "o-"), (ORANGE, "s--"), ("#009E73", "^-."), (RED, "v:"))
    told = []
    for (name, runs), (colour, mark) in zip(lines.items(), looks, strict=True):
        table = [[run.by_period[str(period)] for run in runs] for period in ASKED]
        means = [sum(row) / len(row) for row in table]
        axis.plot(ASKED, means, mark, color=colour, markersize=5, label=name)
        axis.fill_between(
            ASKED,
            [min(row) for row in table],
            [max(row) for row in table],
            color=colour,
            alpha=0.18,
            linewidth=0,
        )
        told.append(f"{name} " + ", ".join(f"{mean:.0%}" for mean in means))
    axis.axvspan(*TRAINED, color=GREY, alpha=0.1, linewidth=0)
    axis.text(sum(TRAINED) / 2, 1.03, "trained", ha="center", color=GREY, fontsize=9)
    axis.axhline(CHANCE, color=GREY, linestyle=":", linewidth=1.5)
    axis.set(ylim=(0, 1.1), xlabel="symbols in the block: how far back one has to look", ylabel="copied")
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.set_xticks([2, 4, 8, 12, 16, 20, 24])
    figure.legend(loc="outside lower center", ncols=2)
    mark_guess(axis, guess, share=True)
    return Picture(
        figure,
        f"Share copied for blocks of {', '.join(map(str, ASKED))} symbols: {'; '.join(told)}. Guessing: {CHANCE:.0%}.",
        "Lines: means over five seeds; bands: their range. Grey: the blocks that were in training. Dotted: guessing.",
    )
