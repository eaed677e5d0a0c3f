"""The loss valley of a model with one weight: where each step lands for a learning rate (lesson 02, part 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from course_lib.explore.figure import BLUE, GREY, RED, new_figure
from course_lib.explore.view import View

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import Tensor


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


def valley(x: Tensor, y: Tensor, share: float, steps: int) -> tuple[Figure, str]:
    """Draw the loss over the weight and the steps taken with `share` of the critical rate."""
    best = float((x * y).mean() / (x**2).mean())
    path = np.array(descend(x, y, share * critical_rate(x), steps))
    reach = max(2.2 * abs(best), 1.15 * float(np.abs(path - best).max()))
    reach = min(reach, 12 * abs(best))
    grid = np.linspace(best - reach, best + reach, 200)
    mean_xx, mean_xy, mean_yy = float((x**2).mean()), float((x * y).mean()), float((y**2).mean())

    def loss(w: np.ndarray) -> np.ndarray:
        return mean_xx * w**2 - 2 * mean_xy * w + mean_yy

    figure, axis = new_figure(7.5, 2.8)
    axis.plot(grid, loss(grid), color=GREY, label="loss")
    inside = path[np.abs(path - best) <= reach]
    axis.plot(inside, loss(inside), "o-", color=BLUE, markersize=4, linewidth=1, label="steps, from w = 0")
    axis.axvline(best, color=RED, linestyle="--", label=f"bottom, w = {best:.1f}")
    axis.set(xlabel="weight w (USD per square foot)", ylabel="mean squared error")
    axis.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
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
