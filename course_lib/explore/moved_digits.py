"""Digits that move, fade or are covered, and which network still reads them (lesson 07)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

import torch

from course_lib.data.digits import shift
from course_lib.evaluation.robustness import Counted, by_slice
from course_lib.explore.figure import BLUE, GREEN, GREY, RED, Finding, Picture, mark_guess, new_figure
from course_lib.explore.seeing import (
    CANVAS,
    CHANGED,
    SHUFFLED,
    WIDER,
    Seer,
    by_distance,
    clean,
    kept,
    new_digits,
    train_seer,
    under_changes,
)

SHOWN = ("as it is", "moved by 1", "moved by 2", "noise", "erased", "covered")
WRITTEN = {
    "MLP": "MLP",
    "CNN": "CNN",
    "MLP, moved": "wide MLP,\nmoved digits",
    "CNN, moved": "CNN,\nmoved digits",
}


def spread(shares: Sequence[float]) -> str:
    """Return shares as "12%" or, where they differ, "10% to 12%"."""
    low, high = f"{min(shares):.0%}", f"{max(shares):.0%}"
    return low if low == high else f"{low[:-1]} to {high}"


def signed(value: float, digits: int = 0) -> str:
    """Write a change as people do: "+3", "−8", "0"."""
    rounded = round(value, digits)
    return f"{rounded:+.{digits}f}".replace("-", "−") if rounded else "0"


def shuffled_pixels(seed: int = 0) -> Finding:
    """Find how well a CNN reads digits whose pixels are shuffled, all in the same way; an MLP is beside it."""
    now = {name: clean(sort.train(seed), seed) for name, sort in SHUFFLED.items()}
    plain = {name: clean(CHANGED[name].train(seed), seed) for name in SHUFFLED}
    old = {name: [run["as it is"] for run in kept()["changes"][name]] for name in SHUFFLED}
    new = kept()["pixels shuffled"]
    change = {name: 100 * (fmean(new[name]) - fmean(old[name])) for name in SHUFFLED}
    return Finding(
        "shuffled digits that the CNN gets right",
        f"{now['CNN']:.0%}",
        lambda guess: draw_shuffled(plain, now, guess),
        f"In this run the MLP has {plain['MLP']:.0%} before and {now['MLP']:.0%} after. Mean of five "
        "seeds: shuffling "
        f"changes the MLP by {signed(change['MLP'], 1)} percentage points, the CNN by "
        f"{signed(change['CNN'], 1)}. To an MLP it is the same "
        "task: it never knew which pixels are neighbours. The CNN loses its lead, yet it doesn't break: 10 "
        "× 64 weights of its last layer "
        "see all of the image. **On small images neighbourhood is a head start, not a condition.**",
    )


def draw_shuffled(plain: Mapping[str, float], now: Mapping[str, float], guess: object = None) -> Picture:
    """Draw four digits as they are and shuffled, and both networks' accuracy with both."""
    from course_lib.explore.seeing import pixel_order

    figure, axes = new_figure(6.4, 2.9, columns=2)
    left, right = axes
    test = new_digits(0)
    picked = [int((test.labels == digit).nonzero()[0]) for digit in (3, 3, 8, 8)]
    picked[1] = int((test.labels == 3).nonzero()[1])
    picked[3] = int((test.labels == 8).nonzero()[1])
    gap = torch.full((8, 1), 0.35)
    order = pixel_order()
    rows = []
    for shown in (lambda x: x, lambda x: x.flatten()[order].view(8, 8)):
        parts = [part for i in picked for part in (shown(test.images[i, 0]), gap)][:-1]
        rows.append(torch.cat(parts, 1))
    sheet = torch.cat([rows[0], torch.full((1, rows[0].shape[1]), 0.35), rows[1]])
    left.imshow(sheet, cmap="gray_r", vmin=0, vmax=1)
    left.set_title("3, 3, 8, 8; below: shuffled", fontsize=11)
    left.set_xticks([])
    left.set_yticks([])
    for place, (name, colour, marker) in enumerate((("MLP", GREY, "s"), ("CNN", BLUE, "o"))):
        old = [run["as it is"] for run in kept()["changes"][name]]
        new = kept()["pixels shuffled"][name]
        for at, runs, one in ((0, old, plain[name]), (1, new, now[name])):
            x = at + 0.3 * place - 0.15
            right.plot([x] * len(runs), runs, marker, color=colour, alpha=0.35, markersize=6)
            right.plot([x], [one], marker, color=colour, markersize=9, label=name if at == 0 else None)
    right.set_xticks([0, 1], ["as they are", "pixels shuffled"])
    right.set(xlim=(-0.6, 1.6), ylim=(0.85, 1.005), title="right on new digits")
    right.set_yticks([0.85, 0.9, 0.95, 1.0], ["85%", "90%", "95%", "100%"])
    right.legend(loc="lower left", ncols=2)
    mark_guess(right, guess, share=True)
    return Picture(
        figure,
        f"New digits right, as they are and with shuffled pixels: MLP {plain['MLP']:.0%} and {now['MLP']:.0%}, CNN "
        f"{plain['CNN']:.0%} and {now['CNN']:.0%}.",
        "Large marks: this run; pale ones: five seeds. The axis begins at 85%.",
    )


def moved_by_one(seed: int = 0) -> Finding:
    """Find how often a CNN is right about digits moved by one pixel; an MLP is beside it."""
    found = {name: by_distance(CHANGED[name].train(seed), seed) for name in ("MLP", "CNN")}
    runs = {name: [run["moved by 1"] for run in kept()["changes"][name]] for name in found}
    return Finding(
        "CNN: digits right after a move by one pixel",
        f"{found['CNN'][1]:.0%}",
        lambda guess: draw_moved(found, guess),
        f"As they are: {found['CNN'][0]:.0%}. Five seeds, moved by one pixel: CNN {spread(runs['CNN'])}, MLP "
        f"{spread(runs['MLP'])}. The first layer's maps move along with the digit. "
        "But the last layer has a weight of its own for every place, and these weights stayed where they were.",
    )


def draw_moved(found: Mapping[str, Sequence[float]], guess: object = None) -> Picture:
    """Draw a digit and its four moves, and accuracy by distance."""
    figure, (left, right) = new_figure(6.4, 2.9, columns=2)
    image = new_digits(0).images[int((new_digits(0).labels == 4).nonzero()[0]), 0]
    bar = torch.full((8, 1), 0.35)
    row = torch.cat([image, bar, shift(image, 1)], 1)
    left.imshow(row, cmap="gray_r", vmin=0, vmax=1)
    left.set_title("a digit, and moved by one pixel", fontsize=11)
    left.set_xticks([])
    left.set_yticks([])
    for (name, shares), (colour, marker) in zip(found.items(), ((GREY, "s"), (BLUE, "o")), strict=True):
        right.plot(range(3), shares, marker + "-", color=colour, label=name, markersize=8)
        for at, key in enumerate(SHOWN[:3]):
            runs = [run[key] for run in kept()["changes"][name]]
            right.plot([at] * len(runs), runs, marker, color=colour, alpha=0.35, markersize=5)
    right.axhline(0.1, color=GREY, linestyle=":", linewidth=1.5)
    right.set_xticks([0, 1, 2])
    right.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    right.set(xlabel="moved by so many pixels", ylim=(0, 1.03), xlim=(-0.2, 2.2), title="right on new digits")
    right.legend(loc="upper right")
    mark_guess(right, guess, share=True)
    told = "; ".join(
        f"{name} " + ", ".join(f"{share:.0%}" for share in shares) for name, shares in found.items()
    )
    return Picture(
        figure,
        f"New digits right, moved by 0, 1 and 2 pixels (mean of four directions): {told}. Guessing gives 10%.",
        "Mean of four directions; small marks: five seeds; dotted: guessing.",
    )


def where_it_forgets(seed: int = 0) -> Finding:
    """Find how often a CNN with global pooling is right about digits moved by *two* pixels on a larger canvas."""
    found = {name: by_distance(sort.train(seed), seed) for name, sort in WIDER.items()}
    pooled, last = "CNN, global pooling", list(WIDER)[-1]
    runs = {name: [run[2] for run in kept()["canvas"][name]] for name in WIDER}
    ones = [run[1] for run in kept()["canvas"][pooled]]
    both, still = ([pick(run) for run in kept()["canvas"][last]] for pick in (min, lambda run: run[0]))
    plain = [run[0] for run in kept()["canvas"][pooled]]
    said = (
        f"Five seeds, moved by two: global pooling {spread(runs[pooled])}, the usual CNN "
        f"{spread(runs['CNN'])}, MLP "
        f"{spread(runs['MLP'])}. So it was mostly the flat last layer that knew the place. "
    )
    if max(ones) < min(runs[pooled]):
        said += (
            f"But look at *one* pixel: {spread(ones)}, worse than two! The first pooling keeps one number of every "
            "2 × 2 pixels. A move by two moves its result by exactly one place, and little is lost. A move "
            "by one cuts the digit into other squares. "
        )
    return Finding(
        "global pooling: digits right after a move by two pixels",
        f"{found[pooled][2]:.0%}",
        lambda guess: draw_canvas(found, guess),
        f"{said}Trained on digits moved by up to one pixel (**augmentation**), the same network has at "
        f"least {min(both):.0%} at all three distances, "
        f"but {spread(still)} as they are (before: {spread(plain)}).",
    )


def draw_canvas(found: Mapping[str, Sequence[float]], guess: object = None) -> Picture:
    """Draw accuracy by distance for digits that have room to move."""
    figure, axis = new_figure(6.4, 3.4)
    looks = ((GREY, "s", ":"), (BLUE, "o", "-"), (RED, "D", "-"), (GREEN, "^", "--"))
    for (name, shares), (colour, marker, line) in zip(found.items(), looks, strict=True):
        axis.plot(range(3), shares, marker=marker, linestyle=line, color=colour, label=name, markersize=8)
        runs = list(zip(*kept()["canvas"][name], strict=True))
        low, high = ([limit(run) for run in runs] for limit in (min, max))
        axis.fill_between(range(3), low, high, color=colour, alpha=0.15, linewidth=0)
    axis.set_xticks([0, 1, 2])
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.set(xlabel="moved by so many pixels", ylabel="right on new digits", ylim=(0, 1.03), xlim=(-0.1, 2.1))
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    mark_guess(axis, guess, share=True)
    told = "; ".join(
        f"{name} " + ", ".join(f"{share:.0%}" for share in shares) for name, shares in found.items()
    )
    return Picture(
        figure,
        f"Digits in the middle of {CANVAS} × {CANVAS} pixels, moved by 0, 1 and 2: {told}.",
        f"Canvas of {CANVAS} × {CANVAS} pixels, so that no ink is lost. Bands: five seeds.",
    )


def better_at_everything(seed: int = 0) -> Finding:
    """Find by how many percentage points a CNN is ahead of an MLP where a part of the digit is covered."""
    found = {name: under_changes(sort.train(seed), seed) for name, sort in CHANGED.items()}
    runs = kept()["changes"]
    leads = [100 * (c["covered"] - m["covered"]) for c, m in zip(runs["CNN"], runs["MLP"], strict=True)]
    lead = 100 * (found["CNN"]["covered"] - found["MLP"]["covered"])
    gain = [
        100 * (a["moved by 1"] - b["moved by 1"])
        for a, b in zip(runs["CNN, moved"], runs["CNN"], strict=True)
    ]
    price = [100 * (a["noise"] - b["noise"]) for a, b in zip(runs["CNN, moved"], runs["CNN"], strict=True)]
    return Finding(
        "CNN ahead of MLP, covered digits (points)",
        signed(lead),
        lambda guess: draw_tiles(found),
        f"Here it is {signed(lead, 1)} before rounding; five seeds: {signed(min(leads))} to {signed(max(leads))} "
        "points. The better reader of clean "
        "digits is not the better one of "
        "damaged ones. And the cure for moves has a price: trained on moved digits, the CNN changes by "
        f"{signed(min(gain))} to "
        f"{signed(max(gain))} points on digits moved by one, and by {signed(min(price))} to "
        f"{signed(max(price))} under noise. **Robust against what?** is "
        "a question with one answer for each column.",
    )


def draw_tiles(found: Mapping[str, Mapping[str, float]]) -> Picture:
    """Draw accuracy as tiles: a row for each network, a column for each change."""
    figure, axis = new_figure(6.4, 3.1)
    table = [[found[name][change] for change in SHOWN] for name in found]
    axis.imshow(table, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for row, shares in enumerate(table):
        for column, share in enumerate(shares):
            best = share == max(line[column] for line in table)
            colour = "black" if share > 0.5 else "white"
            axis.text(column, row, f"{100 * share:.0f}", ha="center", va="center", color=colour, fontsize=13,
                      fontweight="bold" if best else "normal")  # fmt: skip
    axis.set_yticks(range(len(found)), [WRITTEN[name] for name in found], fontsize=10)
    axis.set_xticks(range(len(SHOWN)), [name.replace(" ", "\n", 1) for name in SHOWN], fontsize=10)
    axis.tick_params(length=0)
    axis.set_title("Right answers in 100 (bold: best of its column)", fontsize=11)
    for spine in axis.spines.values():
        spine.set_visible(False)
    told = "; ".join(
        f"{name} " + ", ".join(f"{change} {found[name][change]:.0%}" for change in SHOWN) for name in found
    )
    return Picture(
        figure,
        f"New digits right: {told}.",
        "Wide MLP: 128 hidden units. Noise: normal, spread 0.4 of full ink. Erased: a quarter of the pixels. "
        "Covered: 3 × 3 pixels of paper, all places.",
    )


def worst_slice(seed: int = 0) -> Finding:
    """Find how many digits of the worst kind a CNN gets right when all are moved one pixel down."""
    before, after = by_digit(train_seer("CNN", seed), seed)
    n = len(new_digits(seed))
    worst = min(after, key=lambda name: after[name].share)
    best = max(after, key=lambda name: after[name].share)
    all_of = sum(one.right for one in after.values()) / n
    lowest, highest = ([pick(run) for run in kept()["by digit, down by 1"]] for pick in (min, max))
    low, high = before[worst].interval
    return Finding(
        "worst digit, moved down by one pixel: right",
        f"{after[worst].share:.0%}",
        lambda guess: draw_slices(before, after, guess),
        f"The mean of all is {all_of:.0%}. The worst is the {worst} with {after[worst].right} of "
        f"{after[worst].n}, the "
        f"best the {best} with {after[best].right} of {after[best].n}. Five seeds: the worst digit "
        f"{spread(lowest)}, the best {spread(highest)}. **A mean is nobody's accuracy.** But slices are small: "
        f"as they are, {before[worst].right} of {before[worst].n} for the {worst} could be anything from "
        f"{low:.0%} to {high:.0%} "
        "of such digits (Wilson's 95% interval, for images drawn at random from one source).",
    )


def by_digit(seer: Seer, seed: int) -> tuple[dict[str, Counted], dict[str, Counted]]:
    """Count right answers by digit: as they are, and moved down by one pixel."""
    test = new_digits(seed)
    slices = {str(digit): test.labels == digit for digit in range(10)}
    before, after = (
        by_slice(seer.predict, images, test.labels, slices)
        for images in (test.images, shift(test.images, down=1))
    )
    return before, after


def draw_slices(before: Mapping[str, Counted], after: Mapping[str, Counted], guess: object = None) -> Picture:
    """Draw accuracy by digit with intervals, as they are and moved."""
    figure, axis = new_figure(6.4, 3.1)
    for found, colour, marker, aside, label in (
        (before, GREY, "s", -0.14, "as they are"),
        (after, BLUE, "o", 0.14, "moved down by one pixel"),
    ):
        for at, one in enumerate(found.values()):
            low, high = one.interval
            axis.plot([at + aside] * 2, [low, high], color=colour, linewidth=2, alpha=0.6)
            axis.plot(
                [at + aside], [one.share], marker, color=colour, markersize=7, label=None if at else label
            )
    axis.set_xticks(range(len(before)), list(before))
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.set(xlabel="digit", ylabel="right", ylim=(-0.03, 1.04))
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    mark_guess(axis, guess, share=True)
    told = ", ".join(f"{name} {one.share:.0%}" for name, one in after.items())
    return Picture(
        figure,
        f"Right by digit, all moved down by one pixel: {told}.",
        "Lines: 95% intervals. About 30 images of each digit.",
    )
