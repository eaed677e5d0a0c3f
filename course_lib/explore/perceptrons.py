"""The perceptron at work: the line that moves, how many mistakes it needs, and what it can't do (lesson 05)."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from course_lib.data.digits import DigitSet, load_digits
from course_lib.explore.figure import (
    BLUE,
    GREY,
    GUESS,
    ORANGE,
    RED,
    Finding,
    Picture,
    mark_guess,
    new_figure,
    plain_ticks,
)
from course_lib.explore.prediction import quantity
from course_lib.explore.view import View
from course_lib.models.perceptron import Perceptron

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARGINS = (1.0, 0.3, 0.1, 0.03, 0.01)
CORNERS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = torch.tensor([0, 1, 1, 0])


def pair_of_digits(part: DigitSet, no: int, yes: int) -> tuple[Tensor, Tensor]:
    """Return the images (N, 64) of two digits, and labels (N,): 1 for `yes`, 0 for `no`.

    Raises ValueError unless they are two different digits from 0 to 9.
    """
    if no == yes or not {no, yes} <= set(range(10)):
        raise ValueError(f"no={no}, yes={yes}; expected two different digits")
    kept = (part.labels == no) | (part.labels == yes)
    return part.images[kept].flatten(1).double(), (part.labels[kept] == yes).long()


def draw_template(weights: Tensor, bias: float, new: DigitSet, no: int, yes: int) -> Picture:
    """Draw the 64 weights of a perceptron where its pixels are, and count its right answers on new images.

    Args:
        weights: of shape (64,).
        new: images of all digits that it was not trained on.
    """
    images, labels = pair_of_digits(new, no, yes)
    right = int(((images @ weights + bias > 0).long() == labels).sum())
    figure, axis = new_figure(4.4, 3.3)
    reach = float(weights.abs().max()) or 1.0
    image = axis.imshow(weights.reshape(8, 8).tolist(), cmap="PuOr", vmin=-reach, vmax=reach)
    for place, weight in enumerate(weights.tolist()):
        if abs(weight) > 0.3 * reach:
            sign, colour = ("+", "white") if weight > 0 else ("\u2212", "black")
            colour = "white" if abs(weight) > 0.6 * reach else "black"
            axis.text(place % 8, place // 8, sign, ha="center", va="center", color=colour)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.set_title(f"ink at + says {yes}, at \u2212 says {no}")
    figure.colorbar(image, ax=axis)
    strongest = weights.reshape(8, 8)
    up, down = (
        divmod(int(place), 8) for place in (strongest.flatten().argmax(), strongest.flatten().argmin())
    )
    return Picture(
        figure,
        f"The 64 weights as an 8 x 8 picture: ink speaks most for {yes} in row {up[0] + 1}, column {up[1] + 1}, and "
        f"most for {no} in row {down[0] + 1}, column {down[1] + 1}.",
        f"64 weights and a bias of {bias:g}; it gets {right} of {len(labels)} images right that it never saw.",
    )


# --- how many mistakes ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fit:
    """What a perceptron needed: mistakes made, rounds begun, whether all were right at last, and its weights."""

    mistakes: int
    rounds: int
    closed: bool
    weights: np.ndarray  # (F + 1,), the bias last


def fit_quickly(points: Tensor, labels: Tensor, max_rounds: int = 1000) -> Fit:
    """Do what `Perceptron.fit` does, jumping from mistake to mistake: between two of them nothing changes.

    Args:
        points, labels: of shape (N, F) and (N,).
    """
    ones = np.ones((len(points), 1))
    rows = np.concatenate([points.double().numpy(), ones], axis=1)
    yes = labels.numpy() == 1
    weights, mistakes = np.zeros(rows.shape[1]), 0
    for rounds in range(1, max_rounds + 1):
        place, before = 0, mistakes
        while place < len(rows):
            wrong = np.flatnonzero((rows[place:] @ weights > 0) != yes[place:])
            if not len(wrong):
                break
            place += int(wrong[0])
            weights = weights + (rows[place] if yes[place] else -rows[place])
            mistakes, place = mistakes + 1, place + 1
        if mistakes == before:
            return Fit(mistakes, rounds, True, weights)
    return Fit(mistakes, max_rounds, False, weights)


def points_with_margin(margin: float, n: int = 100, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Return points (n, 2) on both sides of a random line through the origin, labels (n,), the line's normal (2,).

    No point is nearer to the line than `margin`.
    """
    generator = torch.Generator().manual_seed(seed)
    normal = torch.nn.functional.normalize(torch.randn(2, generator=generator, dtype=torch.float64), dim=0)
    points = torch.zeros(0, 2, dtype=torch.float64)
    while len(points) < n:
        drawn = torch.randn(4 * n, 2, generator=generator, dtype=torch.float64)
        points = torch.cat([points, drawn[(drawn @ normal).abs() > margin]])
    points = points[:n]
    return points, (points @ normal > 0).long(), normal


def novikoffs_bound(points: Tensor, normal: Tensor) -> float:
    """Return (longest point / margin)^2: no order of the points leads to more mistakes (Novikoff 1962).

    Args:
        points: (N, F), the line through the origin with this `normal` (F,) of length 1 separates them; each counts
            with a constant 1 beside it, the bias's.
    """
    longest = float((points.square().sum(1) + 1).max())
    return longest / float((points @ normal).abs().min()) ** 2


def mistakes_by_margin(
    margins: Sequence[float] = MARGINS, seeds: Sequence[int] = range(20)
) -> dict[float, list[tuple[int, float]]]:
    """Return for each margin the mistakes until all points are right, with Novikoff's bound, for each seed."""
    found = {}
    for margin in margins:
        drawn = [points_with_margin(margin, seed=seed) for seed in seeds]
        found[margin] = [
            (fit_quickly(points, labels, 10_000).mistakes, novikoffs_bound(points, normal))
            for points, labels, normal in drawn
        ]
    return found


def as_close_as(margin: float = 0.03, seeds: Sequence[int] = range(20)) -> Finding:
    """Ask how many mistakes a perceptron makes at a margin where the theorem allows thousands."""
    found = mistakes_by_margin(sorted({*MARGINS, margin}, reverse=True), seeds)
    made = [mistakes for mistakes, _ in found[margin]]
    bound = statistics.median(bound for _, bound in found[margin])
    return Finding(
        f"mistakes at margin {margin:g}, in the middle of {len(seeds)} runs",
        f"{statistics.median(made):g}",
        lambda guess: draw_margins(found, guess),
        f"From run to run it was {min(made)} to {max(made)}. The bound is no forecast: it holds for the "
        f"worst points in the worst order, and here it says {bound:,.0f}. What it promises is that the "
        "number is finite, whatever the number of points, **if** a line exists.",
    )


def draw_margins(found: Mapping[float, Sequence[tuple[int, float]]], guess: object = None) -> Picture:
    """Draw mistakes and bound against the margin, both axes logarithmic."""
    figure, axis = new_figure(height=3.2)
    margins = list(found)
    middle = {m: statistics.median(mistakes for mistakes, _ in runs) for m, runs in found.items()}
    bounds = {m: statistics.median(bound for _, bound in runs) for m, runs in found.items()}
    for margin, runs in found.items():
        ends = [max(min(x for x, _ in runs), 1), max(x for x, _ in runs)]
        axis.plot([margin, margin], ends, color=BLUE, linewidth=7, alpha=0.3, solid_capstyle="butt")
    axis.plot(margins, [bounds[m] for m in margins], "s--", color=RED)
    axis.plot(margins, [middle[m] for m in margins], "o-", color=BLUE)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.invert_xaxis()
    axis.set_xticks(margins, [f"{m:g}" for m in margins])
    axis.minorticks_off()
    axis.set(xlabel="margin: distance of the nearest point from the line", ylabel="mistakes", ylim=(0.8, 2e5))
    plain_ticks(axis.yaxis)
    last, upper, after = margins[-1], margins[2], margins[3]
    axis.text(upper, 3.5 * bounds[upper], "at most (Novikoff)", color=RED, ha="right")
    between = (upper * after) ** 0.5  # where no bar stands
    axis.text(between, 0.35 * middle[upper], "made", color=BLUE, ha="center")
    mark_guess(axis, guess)
    parts = [
        f"margin {m:g}: {middle[m]:g} ({min(x for x, _ in runs)} to {max(x for x, _ in runs)}), at most "
        f"{bounds[m]:,.0f}"
        for m, runs in found.items()
    ]
    return Picture(
        figure,
        f"Mistakes in the middle of {len(found[last])} runs: {'; '.join(parts)}.",
        f"100 points, {len(found[last])} runs at each margin. Dots: the middle run; bars: all runs.",
    )


@dataclass(frozen=True)
class Pairs:
    """For each pair of digits: the fit on all images, and whether any line fits the same images with tossed labels."""

    fits: dict[tuple[int, int], Fit]
    tossed: dict[tuple[int, int], bool]
    right_on_new: float  # share, over all pairs; trained on the training part only


def a_line_exists(points: Tensor, labels: Tensor) -> bool:
    """Return whether any weights and bias put all points (N, F) on the sides that their labels (N,) say.

    Found by linear programming, so that "no" means no and not "not yet".
    """
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    signs = 2.0 * labels.numpy() - 1
    rows = np.concatenate([points.double().numpy(), np.ones((len(points), 1))], axis=1) * signs[:, None]
    asked = linprog(np.zeros(rows.shape[1]), -rows, -np.ones(len(rows)), bounds=(None, None), method="highs")
    return bool(asked.status == 0)


def all_pairs(seed: int = 0) -> Pairs:
    """Let a perceptron separate each of the 45 pairs of digits; as a control, the same images with tossed labels."""
    digits = load_digits(seed)
    parts = (digits.train, digits.val, digits.test)
    whole = DigitSet(torch.cat([p.images for p in parts]), torch.cat([p.labels for p in parts]))
    dice = torch.Generator().manual_seed(seed)
    fits, tossed, right = {}, {}, []
    for no, yes in combinations(range(10), 2):
        points, labels = pair_of_digits(whole, no, yes)
        fits[no, yes] = fit_quickly(points, labels, 1000)
        coins = torch.randint(2, labels.shape, generator=dice)
        tossed[no, yes] = a_line_exists(points, coins)
        weights = torch.from_numpy(fit_quickly(*pair_of_digits(digits.train, no, yes)).weights)
        points, labels = pair_of_digits(digits.val, no, yes)
        right.append(((points @ weights[:-1] + weights[-1] > 0).long() == labels).double())
    return Pairs(fits, tossed, float(torch.cat(right).mean()))


def one_line_each() -> Finding:
    """Ask how many of the 45 pairs of digits one perceptron separates without a mistake."""
    found = all_pairs()
    closed = sum(fit.closed for fit in found.fits.values())
    tossed = sum(found.tossed.values())
    (no, yes), hardest = max(found.fits.items(), key=lambda item: item[1].mistakes)
    return Finding(
        "pairs of digits, of 45, that one perceptron separates",
        closed,
        lambda _: draw_pairs(found),
        f"The hardest pair was {no} and {yes}, with {hardest.mistakes} mistakes. Is it only that 64 weights "
        f"fit anything? With labels tossed by a coin, such weights exist for {tossed} of the 45. And "
        f"perceptrons that saw only the training images were right on {found.right_on_new:.1%} of new ones.",
    )


def draw_pairs(found: Pairs) -> Picture:
    """Draw the number of mistakes for each pair of digits."""
    figure, axis = new_figure(6.4, 3.9)
    table = np.full((10, 10), np.nan)
    for (no, yes), fit in found.fits.items():
        table[yes, no] = np.log10(fit.mistakes)
        colour = "black" if fit.mistakes > 30 else "white"
        shown = str(fit.mistakes) if fit.closed else "open"
        axis.text(no, yes, shown, ha="center", va="center", fontsize=9, color=colour)
    axis.imshow(table[1:, :9], cmap="cividis", extent=(-0.5, 8.5, 9.5, 0.5), aspect="auto")
    axis.set_xticks(range(9))
    axis.set_yticks(range(1, 10))
    axis.set(xlabel="one digit", ylabel="the other", title="mistakes before every image is right")
    closed = sum(fit.closed for fit in found.fits.values())
    counts = [fit.mistakes for fit in found.fits.values()]
    return Picture(
        figure,
        f"{closed} of 45 pairs of digits were separated, after {min(counts)} to {max(counts)} mistakes; the "
        f"middle pair took {statistics.median(counts):g}.",
        "",
    )


# --- what one line can't do -----------------------------------------------------------------------------------


def lines_tried(labels: Tensor, rounds: int) -> list[tuple[float, float, float]]:
    """Return the weights and bias after each look at one of the four corners, round after round."""
    model, seen = Perceptron(2), []
    for _ in range(rounds):
        for corner, label in zip(CORNERS, labels.tolist(), strict=True):
            model.update(corner, label)
            first, second = model.weights.tolist()
            seen.append((first, second, model.bias))
    return seen


def round_and_round(tried: Sequence[tuple[float, float, float]], rounds: int) -> Finding:
    """Ask how many different settings of weights and bias XOR leads a perceptron to.

    Args:
        tried: weights and bias after each look at a corner, `rounds` rounds long.
    """
    different = list(dict.fromkeys((float(a), float(b), float(c)) for a, b, c in tried))
    looks = len(tried) // rounds
    cycle = tried[-looks:]
    repeats = all(
        tuple(one) == tuple(other) for one, other in zip(cycle, tried[-2 * looks : -looks], strict=True)
    )
    says = (
        f"After {len(tried):,} looks it goes through the same {len(set(map(tuple, cycle)))} settings, round "
        "after round, and would do so for ever. More rounds don't help, nor does another rate: no line puts "
        "two opposite corners on one side and the other two on the other."
        if repeats
        else "It has not come back to where it was: no two rounds were alike."
    )
    return Finding(
        f"different settings of weights and bias in {rounds:,} rounds",
        len(different),
        lambda guess: draw_xor_lines(different, guess),
        says,
    )


def mark_corners(axis: Axes, places: Tensor, size: float = 11) -> None:
    """Draw the four corners of XOR at `places` (4, 2): 1 as a filled square, 0 as an open circle."""
    for (x, y), label in zip(places.tolist(), XOR.tolist(), strict=True):
        mark, face = ("s", ORANGE) if label else ("o", "white")
        axis.plot(x, y, mark, markersize=size, markeredgecolor="black", markerfacecolor=face, zorder=4)


def draw_xor_lines(lines: Sequence[tuple[float, float, float]], guess: object = None) -> Picture:
    """Draw each of the lines that a perceptron tried on XOR, with how many corners it gets right."""
    columns = min(len(lines), 6)
    figure, axes = new_figure(6.4, 1.6, columns=columns)
    rights = []
    for axis, (first, second, bias) in zip(np.atleast_1d(axes), lines, strict=False):
        weights = torch.tensor([first, second])
        says_one = (CORNERS @ weights + bias > 0).long()
        rights.append(int((says_one == XOR).sum()))
        grid = np.linspace(-0.5, 1.5, 120)
        x, y = np.meshgrid(grid, grid)
        yes = (first * x + second * y + bias > 0).astype(float)
        axis.contourf(x, y, yes, levels=[-0.5, 0.5, 1.5], colors=["#FFFFFF", "#F6D9A8"])
        axis.contour(
            x, y, first * x + second * y + bias, levels=[0.0], colors=[BLUE]
        ) if first or second else None
        mark_corners(axis, CORNERS)
        axis.set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5), aspect="equal", title=f"{rights[-1]} of 4")
        axis.set_xticks([])
        axis.set_yticks([])
        axis.grid(visible=False)
    number = quantity(guess)
    mine = f" You guessed {number.value:,g}." if number else ""
    return Picture(
        figure,
        f"{len(lines)} settings of weights and bias, each with the corners that it gets right: "
        f"{', '.join(map(str, rights))} of 4.",
        f"All settings it ever tries; shaded: where it says 1. Squares should be shaded, circles not.{mine}",
    )


# --- the line that moves --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Walk:
    """Points with labels, and weights, bias and the place of the point after each mistake (None at the start)."""

    points: Tensor
    labels: Tensor
    lines: list[tuple[Tensor, float, int | None]]


def walk(margin: float, seed: int = 0) -> Walk:
    """Let a perceptron learn points with this margin, and remember its line after every mistake."""
    points, labels, _ = points_with_margin(margin, 60, seed)
    model = Perceptron(2)
    lines: list[tuple[Tensor, float, int | None]] = [(model.weights, model.bias, None)]
    wrong = True
    while wrong:
        wrong = False
        for place, (point, label) in enumerate(zip(points, labels.tolist(), strict=True)):
            if model.update(point, label):
                lines.append((model.weights, model.bias, place))
                wrong = True
    return Walk(points, labels, lines)


def draw_walk(walked: Walk, mistake: int) -> tuple[Figure, str]:
    """Draw the line after some mistakes (the last line if there were fewer), and the point that moved it."""
    mistake = min(mistake, len(walked.lines) - 1)
    weights, bias, place = walked.lines[mistake]
    figure, axis = new_figure(height=3.8)
    yes = walked.labels == 1
    says = (walked.points @ weights + bias > 0).long()
    wrong = int((says != walked.labels).sum())
    for kept, mark, colour, name in ((yes, "s", ORANGE, "should be 1"), (~yes, "o", BLUE, "should be 0")):
        axis.plot(*walked.points[kept].T.tolist(), mark, color=colour, markersize=5, label=name)
    ends = np.linspace(-4, 4, 200)
    x, y = np.meshgrid(ends, ends)
    height = float(weights[0]) * x + float(weights[1]) * y + bias
    axis.contourf(x, y, (height > 0).astype(float), levels=[-0.5, 0.5, 1.5], colors=["#FFFFFF", "#FBEEDB"])
    if place is not None:
        before_weights, before_bias, _ = walked.lines[mistake - 1]
        before = float(before_weights[0]) * x + float(before_weights[1]) * y + before_bias
        if bool(before_weights.any()):
            axis.contour(x, y, before, levels=[0.0], colors=[GREY], linestyles="dashed", linewidths=1.2)
        axis.contour(x, y, height, levels=[0.0], colors=["black"])
        px, py = walked.points[place].tolist()
        axis.plot(
            px, py, "o", markersize=15, markerfacecolor="none", markeredgecolor=GUESS, markeredgewidth=2
        )
    axis.set(xlim=(-4.2, 4.2), ylim=(-3, 3), aspect="equal")
    axis.grid(visible=False)
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    if place is None:
        return figure, f"All weights are 0: it says 0 to everything, and {wrong} of {len(says)} are wrong."
    left = len(walked.lines) - 1 - mistake
    rest = f"{left} mistakes are to come" if left > 1 else "one mistake is to come" if left else "it is done"
    return figure, (
        f"After mistake {mistake} (the ringed point moved the line; dashed: where it was) {wrong} of {len(says)} are "
        f"wrong; {rest}."
    )


def moving_line(margins: Sequence[float] = (1.0, 0.3, 0.1, 0.03), seed: int = 6) -> View:
    """Return the view: a slider for the margin, and one for the mistakes made so far."""
    import ipywidgets

    walks = {margin: walk(margin, seed) for margin in margins}
    most = max(len(walked.lines) for walked in walks.values()) - 1
    wide = {"description_width": "8em"}
    controls = {
        "margin": ipywidgets.SelectionSlider(
            options=[(f"{m:g}", m) for m in margins], value=0.1, description="margin", style=wide
        ),
        "mistake": ipywidgets.IntSlider(value=0, min=0, max=most, description="after mistake", style=wide),
    }
    last = len(walks[0.1].lines) - 1
    frames = [{"margin": 0.1, "mistake": n} for n in (1, max(2, last // 2), last)]
    return View(lambda margin, mistake: draw_walk(walks[margin], mistake), controls, frames)
