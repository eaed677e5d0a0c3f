"""One small pattern, everywhere: a kernel, its response on a digit, and a kernel that turns (lesson 07)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from course_lib.data.digits import DigitSet
from course_lib.explore.figure import GREY, RED, Picture, new_figure
from course_lib.explore.view import View
from course_lib.models.cnn import conv2d

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ARROWS = ("right", "down and right", "down", "down and left", "left", "up and left", "up", "up and right")


def turned_kernel(degrees: float) -> Tensor:
    """Return a 3 x 3 kernel that answers where ink grows in one direction: 0 is to the right, 90 is downwards."""
    across = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 4  # Sobel
    angle = math.radians(degrees)
    return math.cos(angle) * across + math.sin(angle) * across.T


def response(image: Tensor, kernel: Tensor) -> Tensor:
    """Return how well a kernel (h, w) fits at each place of an image (Y, X)."""
    return conv2d(image[None, None], kernel[None, None].to(image.dtype))[0, 0]


def draw_response(image: Tensor, kernel: Tensor, found: Tensor | None = None, title: str = "") -> Picture:
    """Draw an image, a kernel and the response to it, with the place where it fits best.

    Args:
        found: the response (y, x); by default the library works it out.
    """
    found = response(image, kernel) if found is None else found.detach()
    figure, (left, middle, right) = new_figure(6.4, 2.75, columns=3)
    left.imshow(image, cmap="gray_r", vmin=0, vmax=1)
    largest = max(float(kernel.abs().max()), 1e-9)
    middle.imshow(kernel, cmap="cividis", vmin=-largest, vmax=largest)
    for y, x in [(y, x) for y in range(kernel.shape[0]) for x in range(kernel.shape[1])]:
        value = float(kernel[y, x])
        colour = "black" if value > 0.2 * largest else "white"
        text = f"{value:.1f}".replace("-0.0", "0.0").replace("-", "−")
        middle.text(x, y, text, ha="center", va="center", color=colour, fontsize=11)
    most = max(float(found.abs().max()), 1e-9)
    right.imshow(found, cmap="cividis", vmin=-most, vmax=most)
    top, at = divmod(int(found.argmax()), found.shape[1])
    _frame(left, at, top, kernel.shape[1], kernel.shape[0])
    _frame(right, at, top, 1, 1)
    for axis, name in ((left, title or "image"), (middle, "kernel"), (right, "response")):
        axis.set_title(name)
        _bare(axis)
    return Picture(
        figure,
        f"The kernel fits best where its corner lies in row {top}, column {at} (from 0): {float(found.max()):.2f}. "
        f"The lowest response is {float(found.min()):.2f}.".replace("-", "−"),
        f"Red frame: where the kernel fits best ({float(found.max()):.2f}); bright fits, dark is the opposite.",
    )


def _frame(axis: Axes, x: int, y: int, width: int, height: int) -> None:
    from matplotlib.patches import Rectangle

    axis.add_patch(Rectangle((x - 0.5, y - 0.5), width, height, fill=False, edgecolor=RED, linewidth=2.5))


def _bare(axis: Axes) -> None:
    axis.set_xticks([])
    axis.set_yticks([])
    axis.grid(visible=False)
    for spine in axis.spines.values():
        spine.set_color(GREY)


def draw_turned(images: Tensor, labels: Tensor, number: int, degrees: int) -> tuple[Figure, str]:
    """Draw the response of one image to a kernel turned by so many degrees, and say where it fits best."""
    image = images[number, 0]
    to = ARROWS[round(degrees / 45) % 8]
    picture = draw_response(image, turned_kernel(degrees), title=f"a {int(labels[number])}")
    return picture.figure, f"Looking for ink that grows to {_the(to)}: {picture.sentence}"


def _the(way: str) -> str:
    return (
        "the " + way
        if way in ("right", "left")
        else way.replace("down", "the bottom").replace("up", "the top")
    )


def turn_a_kernel(part: DigitSet) -> View:
    """Return the view: an edge kernel that the reader turns, on a digit that the reader chooses."""
    import ipywidgets

    wide = {"description_width": "70px"}
    firsts = [int((part.labels == digit).nonzero()[0]) for digit in range(10)]
    controls: dict[str, Any] = {
        "digit": ipywidgets.IntSlider(value=3, min=0, max=9, description="digit", style=wide),
        "degrees": ipywidgets.IntSlider(
            value=0, min=0, max=345, step=15, description="turned by", style=wide
        ),
    }
    return View(
        lambda digit, degrees: draw_turned(part.images, part.labels, firsts[digit], degrees),
        controls,
        [{"digit": 7, "degrees": 0}, {"digit": 7, "degrees": 90}, {"digit": 0, "degrees": 225}],
    )
