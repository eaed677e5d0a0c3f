"""Digits without names: groups by k-means, directions by principal components (lesson 09, part 2)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.data.digits import DigitSet, load_digits
from course_lib.explore.balance import between
from course_lib.explore.figure import BLUE, GREY, RED, Finding, Picture, mark_guess, new_figure
from course_lib.explore.gallery import gallery, tile
from course_lib.explore.view import View
from course_lib.models.clusters import Groups, kmeans, kmeans_step, principal_components

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TIMES = 20  # starts of k-means
MARKS = ("o", "s", "^", "v", "D", "P", "X", "<", ">", "*")
INKS = (  # of the digits 0 to 9
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8A6D00", "#1B4F72", "#444444", "#7B3FA0",
)  # fmt: skip


@cache
def digits_to_group() -> tuple[Tensor, DigitSet]:
    """Return the training digits as points (N, 64), and with their names, which only we look at."""
    train = load_digits().train
    return train.images.flatten(1), train


@cache
def grouped(k: int = 10, seed: int = 0) -> Groups:
    """Group the training digits from one start."""
    return kmeans(digits_to_group()[0], k, torch.Generator().manual_seed(seed))


def names_of(groups: Groups, labels: Tensor) -> list[int]:
    """Return for each group the digit that most of it are (-1 for an empty one)."""
    mine = (labels[groups.nearest == k] for k in range(len(groups.centroids)))
    return [int(some.bincount().argmax()) if len(some) else -1 for some in mine]


def watch_groups(steps: int = 12, seed: int = 3) -> View:
    """Return the view: a slider over the steps of k-means, from ten digits drawn by chance."""
    import ipywidgets

    points, _ = digits_to_group()
    start = points[torch.randperm(len(points), generator=torch.Generator().manual_seed(seed))[:10]]
    middles, before, frames = start, None, []
    for _ in range(steps + 1):
        moved, nearest = kmeans_step(points, middles)
        changed = len(points) if before is None else int((nearest != before).sum())
        left = float((points - middles[nearest]).square().sum(1).mean())
        frames.append((middles, nearest, changed, left))
        middles, before = moved, nearest

    def draw(step: int) -> tuple[Figure, str]:
        middles, nearest, changed, left = frames[step]
        figure, axes = new_figure(6.4, 2.9, columns=2)
        pictures, axis = axes
        pictures.get_gridspec().set_width_ratios([1.9, 1])
        pictures.imshow(
            tile(middles.view(-1, 1, 8, 8), 5, gap=4).tolist(),
            cmap="Greys",
            vmin=0,
            vmax=1,
            interpolation="nearest",
        )
        sizes = nearest.bincount(minlength=10).tolist()
        for k in range(10):
            y, x = divmod(k, 5)
            pictures.text(
                12 * x + 3.5, 12 * y + 9.2, f"{sizes[k]}", ha="center", va="center", fontsize=9, color=BLUE
            )
        pictures.set_xticks([])
        pictures.set_yticks([])
        pictures.set_ylim(22.6, -0.6)
        pictures.spines[:].set_visible(False)
        pictures.set_title(f"centroids at step {step}; how many are nearest", fontsize=10)
        axis.plot([one[3] for one in frames], color=GREY)
        axis.plot([step], [left], "o", color=RED, markersize=9)
        axis.set(xlabel="step", title="squared distance", ylim=(0, 1.08 * max(one[3] for one in frames)))
        axis.title.set_fontsize(10)
        moved = (
            "all are given out for the first time"
            if not step
            else f"{changed} of {len(points):,} changed their group"
        )
        return figure, (
            f"Step {step}: {moved}. Mean squared distance to the centroid: {left:.1f}. The groups have {min(sizes)} "
            f"to {max(sizes)} digits."
        )

    slider = ipywidgets.IntSlider(
        value=0, min=0, max=steps, description="step", style={"description_width": "70px"}
    )
    return View(draw, {"step": slider}, [{"step": 0}, {"step": 1}, {"step": steps}])


def groups_and_names() -> Finding:
    """Find how many of the ten digits have a group of their own among ten groups."""
    train = digits_to_group()[1]
    now = grouped()
    names = names_of(now, train.labels)
    runs = [len({*names_of(grouped(10, seed), train.labels)}) for seed in range(TIMES)]
    named = {name: sum(one == name for one in names) for name in range(10)}
    none = [str(name) for name, n in named.items() if not n]
    more = [f"the {name} has {n} groups" for name, n in named.items() if n > 1]
    told = (
        f"In this run no group is mostly {' or '.join(none)}, and {', '.join(more)}. "
        if none and more
        else ""
    )
    return Finding(
        "digits that have a group of their own",
        f"{10 - len(none)}",
        lambda guess: draw_groups(now, names),
        f"{told}{TIMES} starts: {between(runs)} digits; all ten in {sum(run == 10 for run in runs)} of {TIMES}. Two "
        "ways to write one digit can lie further apart than two digits. The groups are real, but they are groups of "
        "*pixels*: nobody said that names are what matters.",
    )


def draw_groups(groups: Groups, names: Sequence[int]) -> Picture:
    """Draw each centroid and how its group is made up of the ten digits."""
    labels = digits_to_group()[1].labels
    order = sorted(range(len(names)), key=lambda k: (names[k], k))
    figure, (pictures, axis) = new_figure(6.4, 3.9, columns=2)
    pictures.get_gridspec().set_width_ratios([1, 9])
    sheet = tile(groups.centroids[order].view(-1, 1, 8, 8), 1)
    pictures.imshow(sheet.tolist(), cmap="Greys", vmin=0, vmax=1, interpolation="nearest", aspect="auto")
    pictures.set_xticks([])
    pictures.set_yticks([])
    pictures.spines[:].set_visible(False)
    counts = torch.stack([labels[groups.nearest == k].bincount(minlength=10) for k in order])
    axis.imshow(counts.tolist(), cmap="cividis", vmin=0, aspect="auto")
    for y in range(len(order)):
        for x in range(10):
            n = int(counts[y, x])
            if n:
                axis.text(
                    x,
                    y,
                    str(n),
                    ha="center",
                    va="center",
                    fontsize=10,
                    color="black" if n > 0.5 * counts.max() else "white",
                )
    axis.set_xticks(range(10), [str(digit) for digit in range(10)])
    axis.xaxis.tick_top()
    axis.set_yticks([])
    axis.tick_params(length=0)
    axis.set_title("which digits are in each group", fontsize=11)
    told = ", ".join(str(names[k]) for k in order)
    return Picture(
        figure,
        f"Ten groups; the digit that most of each are: {told}.",
        "Left: the centroids. Each row is a group, each column a digit.",
    )


def two_directions() -> Finding:
    """Find how much of the variance of 64 pixels lies along ten directions."""
    points, train = digits_to_group()
    found = principal_components(points, 64)
    held = found.shares.cumsum(0)
    return Finding(
        "variance along 10 of 64 directions",
        f"{held[9]:.0%}",
        lambda guess: draw_directions(found.scores(points)[:, :2], train.labels, held, guess),
        f"Two directions hold {held[1]:.0%}, ten {held[9]:.0%}, twenty {held[19]:.0%}. Pixels of a digit hang "
        "together, so far fewer than 64 numbers say most of it. On the map some digits are already apart, though "
        "nobody named any.",
    )


def draw_directions(scores: Tensor, labels: Tensor, held: Tensor, guess: object = None) -> Picture:
    """Draw the digits along the first two directions, and how much of the variance the first k hold."""
    figure, (left, right) = new_figure(6.4, 3.7, columns=2)
    left.get_gridspec().set_width_ratios([1.35, 1])
    for digit in range(10):
        mine = scores[labels == digit][:40]
        left.plot(
            mine[:, 0],
            mine[:, 1],
            MARKS[digit],
            color=INKS[digit],
            markersize=4,
            alpha=0.75,
            label=str(digit),
        )
    left.set(xlabel="first direction", ylabel="second direction")
    left.set_xticks([])
    left.set_yticks([])
    figure.legend(
        *left.get_legend_handles_labels(),
        loc="outside upper left",
        ncols=10,
        fontsize=9,
        handletextpad=0.1,
        columnspacing=0.7,
    )
    right.plot(range(1, len(held) + 1), held.tolist(), color=BLUE)
    right.plot([2, 10, 20], held[[1, 9, 19]].tolist(), "o", color=BLUE, markersize=7)
    right.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    right.set(xlabel="directions", title="variance held", ylim=(0, 1.03), xlim=(0, 64))
    right.title.set_fontsize(11)
    mark_guess(right, guess, share=True)
    return Picture(
        figure,
        "Digits on a map of the two directions of largest variance, and the variance held by 2, 10 and 20 "
        f"directions: {held[1]:.0%}, {held[9]:.0%}, {held[19]:.0%}.",
        "Left: up to 40 images of each digit. Colours and marks: their names, which the method never saw.",
    )


def forgot_the_mean() -> Finding:
    """Find how alike the first direction is to the mean image if the mean is not subtracted."""
    points, _ = digits_to_group()
    mean = points.mean(0)
    wrong, right = (principal_components(points, 1, centre=centre) for centre in (False, True))
    alike = [float(F.cosine_similarity(one.directions[0], mean, dim=0).abs()) for one in (wrong, right)]
    sign = torch.sign((wrong.directions[0] * mean).sum())
    shown = [_stretched(image) for image in (mean, sign * wrong.directions[0], right.directions[0])]
    names = ("the mean", "first direction,\nnot centred", "first direction,\ncentred")
    return Finding(
        "cosine of the first direction with the mean image",
        f"{alike[0]:.3f}",
        lambda guess: draw_three(shown, names, alike),
        f"Not centred, it *is* the mean image (cosine {alike[0]:.3f}), and its share of what was measured is "
        f"{wrong.shares[0]:.0%}: impressive and empty. It says where the digits lie, not how they differ. Centred, "
        f"the first direction has a cosine of {alike[1]:.2f} with the mean, and holds {right.shares[0]:.0%}.",
    )


def _stretched(image: Tensor) -> Tensor:
    return ((image - image.min()) / (image.max() - image.min())).view(8, 8)


def draw_three(shown: Sequence[Tensor], names: Sequence[str], alike: Sequence[float]) -> Picture:
    """Draw the mean image and two first directions."""
    figure, axes = new_figure(6.4, 2.5, columns=3)
    for axis, image, name in zip(axes, shown, names, strict=True):
        axis.imshow(image.tolist(), cmap="cividis", vmin=0, vmax=1)
        axis.set_title(name, fontsize=10)
        axis.set_xticks([])
        axis.set_yticks([])
    return Picture(
        figure,
        f"The mean digit, the first direction without centring (cosine {alike[0]:.3f} with the mean), and with it "
        f"({alike[1]:.2f}).",
        "Each is stretched from its smallest to its largest number.",
    )


def drawn_from_few(counts: Sequence[int] = (2, 10, 20)) -> Picture:
    """Draw some digits again from a few coordinates."""
    points, train = digits_to_group()
    some = points[[int((train.labels == digit).nonzero()[0]) for digit in range(10)]]
    rows = {"as they are": some.view(-1, 1, 8, 8)}
    errors = []
    for k in counts:
        found = principal_components(points, k)
        again = found.drawn(found.scores(some))
        errors.append(float((again - some).abs().mean()))
        rows[f"{k} numbers"] = again.clamp(0, 1).view(-1, 1, 8, 8)
    told = ", ".join(f"{k} numbers: mean error {error:.2f}" for k, error in zip(counts, errors, strict=True))
    return gallery(rows, f"Ten digits drawn again from few coordinates. {told}.", "")
