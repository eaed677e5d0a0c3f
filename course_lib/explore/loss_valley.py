"""A model with one weight: what it learns, where each step lands, and when the steps are too long (lesson 02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from course_lib.data.houses import PRICE_PER_SQFT
from course_lib.explore.figure import (
    BLUE,
    GREEN,
    GREY,
    GUESS,
    ORANGE,
    RED,
    SKY,
    Finding,
    Picture,
    mark_guess,
    new_figure,
    plain_ticks,
)
from course_lib.explore.prediction import quantity
from course_lib.explore.view import View

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import Tensor

SHARES = (0.5, 0.99, 1.0, 1.01, 1.1)  # of the critical rate


def critical_rate(x: Tensor) -> float:
    """Return the learning rate at which one-weight least squares stops converging: 1 / mean(x^2).

    The loss mean((w x - y)^2) is a parabola with second derivative 2 mean(x^2); a step multiplies the distance to
    the bottom by 1 - 2 rate mean(x^2), which is -1 at this rate.
    """
    return 1.0 / float((x**2).mean())


def descend(x: Tensor, y: Tensor, rate: float, steps: int, start: float = 0.0) -> list[float]:
    """Return the weights visited by gradient descent on mean((w x - y)^2): `steps` + 1 numbers."""
    path = [start]
    for _ in range(steps):
        w = path[-1]
        path.append(w - rate * 2 * float((x * (w * x - y)).mean()))
    return path


def best_weight(x: Tensor, y: Tensor) -> float:
    """Return the bottom of the valley: the weight with the least mean((w x - y)^2)."""
    return float((x * y).mean() / (x**2).mean())


def learned_price(sizes: Tensor, prices: Tensor, weight: float) -> Finding:
    """Show the sales, the line that was learned, and the reader's line.

    Args:
        sizes, prices: of shape (n,), in square feet and USD.
        weight: in USD per square foot.
    """
    return Finding(
        "the learned weight, in USD per square foot",
        f"{weight:.1f}",
        lambda guess: draw_prices(sizes, prices, weight, guess),
        f"The sales were made with {PRICE_PER_SQFT:.0f} and noise; the weight fits *these* {len(sizes)} sales, noise "
        f"included, and came out at {weight:.1f}. It prices 1,500 square feet at {1500 * weight:,.0f} USD.",
    )


def draw_prices(sizes: Tensor, prices: Tensor, weight: float, guess: object = None) -> Picture:
    """Draw the sales, the line price = weight x size and, if the guess is a number, its line, too."""
    figure, axis = new_figure()
    axis.plot(sizes.numpy(), prices.numpy(), "o", color=GREY, markersize=4, label=f"{len(sizes)} sales")
    ends = np.array([0.0, 1.08 * float(sizes.max())])
    axis.plot(ends, weight * ends, color=BLUE, label=f"learned: {weight:.1f} USD per square foot")
    top = 1.1 * float(prices.max())
    found = quantity(guess)
    if found is not None:
        axis.plot(ends, found.value * ends, color=GUESS, linestyle=(0, (4, 2)), label="your guess")
    axis.set(xlabel="size (square feet)", ylabel="price (USD)", xlim=(0, ends[1]), ylim=(0, top))
    plain_ticks(axis.xaxis, axis.yaxis)
    axis.legend(loc="upper left")
    sentence = (
        f"{len(sizes)} house sales and the learned line: price = {weight:.1f} USD x size in square feet."
    )
    return Picture(figure, sentence, "")


def how_far_off(x: Tensor, y: Tensor, steps: int = 100) -> dict[float, list[float]]:
    """Return for each share of the critical rate the distance to the bottom after 0, 1, ... steps; 1 at the start."""
    best = best_weight(x, y)
    paths = {share: descend(x, y, share * critical_rate(x), steps) for share in SHARES}
    return {share: [abs(w - best) / abs(best) for w in path] for share, path in paths.items()}


def too_long_steps(x: Tensor, y: Tensor, steps: int = 100) -> Finding:
    """Ask how far from the bottom 1.1 times the critical rate has led after 100 steps."""
    away = how_far_off(x, y, steps)
    last = {share: path[-1] for share, path in away.items()}
    return Finding(
        f"times as far away after {steps} steps as at the start, at 1.1 x critical",
        f"{float(f'{last[1.1]:.2g}'):,.0f}",
        lambda guess: draw_how_far_off(away, guess),
        f"At 1.01 times the critical rate it is only {last[1.01]:.1f} times as far away. So little divides learning "
        "from breaking. In real training, too, one looks for a large rate that is still stable.",
    )


def draw_how_far_off(away: dict[float, list[float]], guess: object = None) -> Picture:
    """Draw the distance to the bottom over the steps, on a logarithmic axis; each line is named at its end."""
    figure, axis = new_figure(height=3.2)
    steps = len(next(iter(away.values()))) - 1
    for colour, style, (share, path) in zip(
        (GREEN, SKY, GREY, ORANGE, RED), ("-", "-.", ":", "--", "-"), away.items(), strict=True
    ):
        seen = [max(distance, 1e-4) for distance in path]
        axis.plot(seen, linestyle=style, color=colour)
        height = {0.99: 0.75, 1.01: 1.35}.get(share, 1.0) * seen[-1]
        axis.annotate(
            f"{share:g} × critical", (steps, height), xytext=(4, 0), textcoords="offset points",
            va="center", fontsize=10, color=colour, annotation_clip=False,
        )  # fmt: skip
    axis.set_yscale("log")
    axis.set(xlabel="step", ylabel="distance from the bottom", xlim=(0, steps), ylim=(1e-4, 1e9))
    axis.set_yticks(
        [1e-4, 1e-2, 1, 1e3, 1e6, 1e9],
        ["0.0001", "0.01", "1 (start)", "thousand", "million", "billion"],
    )
    axis.minorticks_off()
    mark_guess(axis, guess)
    ends = ", ".join(f"{share:g} x critical {path[-1]:,.2g}" for share, path in away.items() if share != 1.1)
    sentence = (
        f"Distance from the bottom after {steps} steps, 1 at the start: {ends}; 1.1 x critical "
        f"{float(f'{away[1.1][-1]:.2g}'):,.0f}."
    )
    return Picture(figure, sentence, "Distance from the bottom, as a multiple of the distance at the start.")


def valley(x: Tensor, y: Tensor, share: float, steps: int) -> tuple[Figure, str]:
    """Draw the loss over the weight and the steps taken with `share` of the critical rate."""
    best = best_weight(x, y)
    path = np.array(descend(x, y, share * critical_rate(x), steps))
    reach = max(2.2 * abs(best), 1.15 * float(np.abs(path - best).max()))
    reach = min(reach, 12 * abs(best))
    grid = np.linspace(best - reach, best + reach, 200)
    mean_xx, mean_xy, mean_yy = float((x**2).mean()), float((x * y).mean()), float((y**2).mean())

    def loss(w: np.ndarray) -> np.ndarray:
        return mean_xx * w**2 - 2 * mean_xy * w + mean_yy

    figure, axis = new_figure()
    axis.plot(grid, loss(grid), color=GREY)
    inside = path[np.abs(path - best) <= reach]
    axis.plot(inside, loss(inside), "-", color=SKY, linewidth=1)
    axis.plot(inside, loss(inside), "o", color=BLUE, markersize=5, label="steps, from w = 0")
    axis.axvline(best, color=RED, linestyle="--", linewidth=1.2, label=f"bottom, w = {best:.1f}")
    axis.set(xlabel="weight w (USD per square foot)", ylabel="loss (squared error)", yticks=[])
    plain_ticks(axis.xaxis)
    axis.legend(loc="upper center", frameon=True, framealpha=1, edgecolor="white")
    if share < 1:
        story = (
            f"the weight is {path[-1]:.1f} after {steps} steps, {abs(path[-1] - best):.1f} from the bottom"
        )
    elif share == 1:
        story = f"it jumps from side to side for ever: {path[-2]:.1f}, then {path[-1]:.1f}"
    else:
        story = f"every step lands further away: {path[-1]:,.0f} after {steps} steps"
    return figure, f"At {share:.2f} times the critical rate {story} (bottom at {best:.1f})."


def loss_valley(x: Tensor, y: Tensor) -> View:
    """Return the view: learning rate in units of the critical rate, and the number of steps.

    Args:
        x, y: inputs and targets of shape (n,).
    """
    import ipywidgets

    def draw(share: float, steps: int) -> tuple[Figure, str]:
        return valley(x, y, share, steps)

    wide = {"description_width": "12em"}
    controls = {
        "share": ipywidgets.FloatSlider(
            value=0.1, min=0.01, max=1.2, step=0.01, description="rate / critical rate", style=wide
        ),
        "steps": ipywidgets.IntSlider(value=10, min=1, max=30, description="steps", style=wide),
    }
    return View(draw, controls, [{"share": 0.02}, {"share": 0.5}, {"share": 1.05}])
