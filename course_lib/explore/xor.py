"""XOR with a hidden layer: by hand, and by training from many starts (lesson 05).

Two units are enough, and weights for them can be written down. Whether training finds them is another question.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.device import one_thread
from course_lib.explore.figure import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    Finding,
    Picture,
    mark_guess,
    new_figure,
)
from course_lib.explore.live import Live
from course_lib.explore.perceptrons import CORNERS, XOR, mark_corners
from course_lib.models.mlp import ACTIVATIONS

WIDTHS = (1, 2, 3, 4, 8, 16)
BENDS = ("identity", "sigmoid", "tanh", "relu")
NAMES = {"identity": "no bend", "sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
SURE = math.log(
    0.6 / 0.4
)  # score from which a corner counts as learned: a chance of 0.6 for the right answer


def draw_fold(hidden: Callable[[Tensor], Tensor]) -> Picture:
    """Draw the plane before and after a hidden layer with two units: the layer folds it, and a line is enough.

    Args:
        hidden: turns points (N, 2) into what the two units say (N, 2).
    """
    figure, (left, right) = new_figure(6.4, 3.1, columns=2)
    grid = torch.linspace(-0.25, 1.25, 16)
    for fixed in grid.tolist():
        for line in (
            torch.stack([torch.full_like(grid, fixed), grid], 1),
            torch.stack([grid, torch.full_like(grid, fixed)], 1),
        ):
            left.plot(*line.T.tolist(), color=GREY, linewidth=0.6, alpha=0.6)
            right.plot(*hidden(line).T.tolist(), color=GREY, linewidth=0.6, alpha=0.6)
    mark_corners(left, CORNERS)
    folded = hidden(CORNERS)
    mark_corners(right, folded)
    left.set(title="before: no line will do", xlabel="first input", ylabel="second input")
    right.set(title="after: one line will do", xlabel="first unit", ylabel="second unit")
    ends = torch.tensor([0.2, 2.2])
    right.plot(ends.tolist(), ((ends - 0.5) / 2).tolist(), color=BLUE)
    for axis in (left, right):
        axis.grid(visible=False)
        axis.margins(0.08)
    places = ", ".join(
        f"({a:g}, {b:g}) to ({c:g}, {d:g})"
        for (a, b), (c, d) in zip(CORNERS.tolist(), folded.tolist(), strict=True)
    )
    return Picture(
        figure,
        f"The hidden layer moves the corners {places}: the two that should be 1 now lie on each other, on "
        "one side of a line, and the other two on its other side.",
        "Squares should be 1, circles 0. The two units fold the sheet: both squares land on one point.",
    )


@dataclass(frozen=True)
class Starts:
    """Many networks of one kind, trained on XOR from different starts.

    `right` counts the corners that each gets right (N,); `weights` are the hidden weights (N, 2, H) and biases
    (N, H), the output weights (N, H) and biases (N,).
    """

    activation: str
    width: int
    right: Tensor
    weights: tuple[Tensor, Tensor, Tensor, Tensor]

    @property
    def solved(self) -> Tensor:
        """Whether each has learned all four corners, (N,)."""
        return self.right == 4

    @property
    def share(self) -> float:
        return float(self.solved.double().mean())


def _drawn(activation: str, width: int, starts: int, seed: int) -> tuple[Tensor, Tensor]:
    """Starting weights as `mlp.initialise` draws them: into the hidden layer (N, 2, H) and out of it (N, H)."""
    generator = torch.Generator().manual_seed(seed)
    into, out = (1.0, math.sqrt(2 / width)) if activation == "relu" else (math.sqrt(2 / (2 + width)),
                                                                         math.sqrt(2 / (1 + width)))  # fmt: skip
    first = torch.randn(starts, 2, width, generator=generator) * into
    return first, torch.randn(starts, width, 1, generator=generator)[..., 0] * out


def train_starts(
    activation: str,
    widths: Sequence[int] = WIDTHS,
    starts: int = 500,
    steps: int = 300,
    lr: float = 0.05,
    seed: int = 0,
    corners: Tensor = CORNERS,
    speak: Callable[[int], object] = lambda step: None,
) -> list[Starts]:
    """Train `starts` networks of each width on XOR, all of them at once, with Adam; return them by width.

    Args:
        corners: the four inputs (4, 2).
        speak: called with each step's number.
    """
    bend = ACTIVATIONS[activation]
    drawn = [_drawn(activation, width, starts, seed) for width in widths]
    unit_of = torch.cat([torch.full((width,), place) for place, width in enumerate(widths)])  # (U,)
    groups = F.one_hot(unit_of, len(widths)).float()  # (U, W): which units feed which output
    into = torch.cat([first for first, _ in drawn], dim=2).requires_grad_()  # (N, 2, U)
    out = torch.cat([second for _, second in drawn], dim=1).requires_grad_()  # (N, U)
    bias, last = torch.zeros(starts, 1, len(unit_of)), torch.zeros(starts, 1, len(widths))
    parameters = [into, bias.requires_grad_(), out, last.requires_grad_()]
    optimizer = torch.optim.Adam(parameters, lr=lr, foreach=False)
    wanted = XOR.float()[:, None].expand(starts, 4, len(widths))

    def scores() -> Tensor:
        hidden = bend(corners @ into + bias)  # (N, 4, U)
        return (hidden * out[:, None]) @ groups + last  # (N, 4, W)

    with one_thread():
        for step in range(steps):
            speak(step)
            loss = F.binary_cross_entropy_with_logits(scores(), wanted, reduction="sum") / 4
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            right = ((2 * wanted - 1) * scores() > SURE).sum(1)  # (N, W)
    found = []
    for place, width in enumerate(widths):
        mine = unit_of == place
        kept = (into[:, :, mine], bias[:, 0, mine], out[:, mine], last[:, 0, place])
        found.append(Starts(activation, width, right[:, place], tuple(x.detach() for x in kept)))  # type: ignore[arg-type]
    return found


def many_starts(
    activations: Sequence[str] = BENDS, widths: Sequence[int] = WIDTHS, starts: int = 500, steps: int = 300
) -> dict[tuple[str, int], Starts]:
    """Train networks with each bend and width, and say how it goes."""
    found = {}
    with Live() as live:
        for activation in activations:

            def speak(step: int, name: str = NAMES[activation]) -> None:
                live.show(lambda: f"{name}: step {step} of {steps}, {len(widths) * starts:,} networks")

            for one in train_starts(activation, widths, starts, steps, speak=speak):
                found[activation, one.width] = one
    return found


def how_often_solved(
    found: dict[tuple[str, int], Starts], activation: str = "relu", width: int = 2
) -> Finding:
    """Ask how many of the networks of one kind learn XOR, and whether four times as many steps help the others."""
    asked = found[activation, width]
    starts = len(asked.right)
    longer = train_starts(activation, (width,), starts, steps=1200)[0]
    others = " and ".join(
        f"{NAMES[name]} {found[name, width].share:.0%}"
        for name in ("sigmoid", "tanh")
        if (name, width) in found and name != activation
    )
    flat = [one.share for (name, _), one in found.items() if name == "identity"]
    no_bend = (
        " **Without a bend no network of any width learns it:** lines of lines are lines."
        if flat and not max(flat)
        else ""
    )
    return Finding(
        f"{NAMES[activation]} networks with {width} hidden units that learn XOR, of {starts}",
        f"{asked.share:.0%}",
        lambda guess: draw_solved(found, guess),
        f"The others are stuck: with four times as many steps it is {longer.share:.0%}. Most of them have "
        f"three corners right ({int((asked.right == 3).sum())} of {starts}) and stay there. At the same width "
        f"{others} learn it. **That enough units are there does not "
        f"mean that training finds their weights; spare units make finding easy.**{no_bend}",
    )


def draw_solved(found: dict[tuple[str, int], Starts], guess: object = None) -> Picture:
    """Draw the share of networks that learn XOR over the width, a line for each bend."""
    figure, axis = new_figure(height=3.4)
    looks = {
        "identity": (GREY, "x:"), "sigmoid": (GREEN, "^-."), "tanh": (BLUE, "o-"), "relu": (RED, "s--")
    }  # fmt: skip
    parts = []
    for name, (colour, style) in looks.items():
        line = {width: one.share for (bend, width), one in found.items() if bend == name}
        if line:
            axis.plot(range(len(line)), list(line.values()), style, color=colour, label=NAMES[name])
            axis.set_xticks(range(len(line)), [str(width) for width in line])
            parts.append(f"{NAMES[name]} " + ", ".join(f"{w}: {share:.0%}" for w, share in line.items()))
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set(xlabel="hidden units", ylabel="networks that learn XOR", ylim=(-0.04, 1.06))
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    mark_guess(axis, guess, share=True)
    starts = len(next(iter(found.values())).right)
    return Picture(
        figure,
        f"Share of {starts} networks that learn XOR, by hidden units: {'; '.join(parts)}.",
        f"{starts} starts for each point. Learned: a chance above 0.6 for the right answer at all four corners.",
    )


def draw_gallery(found: Starts, columns: int = 8, rows: int = 3) -> Picture:
    """Draw what the first networks of a kind have learned, each as a map of what it says; those that solved "
    "it first."""
    shown = torch.arange(columns * rows)
    shown = shown[found.solved[shown].long().argsort(descending=True, stable=True)]
    figure, axes = new_figure(6.4, 0.8 * rows, rows=rows, columns=columns)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.02, hspace=0.02)  # type: ignore[union-attr, call-arg]
    ticks = np.linspace(-0.4, 1.4, 64)
    x, y = np.meshgrid(ticks, ticks)
    points = torch.tensor(np.stack([x.ravel(), y.ravel()], 1), dtype=torch.float32)
    into, bias, out, last = found.weights
    bend = ACTIVATIONS[found.activation]
    for axis, i in zip(axes.flat, shown.tolist(), strict=True):
        hidden = bend(points @ into[i] + bias[i])
        chance = torch.sigmoid(hidden @ out[i] + last[i]).reshape(64, 64)
        axis.imshow(
            chance.tolist(), origin="lower", extent=(-0.4, 1.4, -0.4, 1.4), vmin=0, vmax=1, cmap="cividis",
            interpolation="bilinear",
        )  # fmt: skip
        mark_corners(axis, CORNERS, size=4.5)
        axis.set(xticks=[], yticks=[])
        solved = bool(found.solved[i])
        for side in axis.spines.values():
            side.set(visible=solved, color=ORANGE, linewidth=3)
    n = int(found.solved[shown].sum())
    kind = f"{NAMES[found.activation]} networks with {found.width} hidden units"
    return Picture(
        figure,
        f"{columns * rows} maps of what {kind} learned from as many starts; {n} of them, framed, separate the squares "
        "from the circles, the others are stuck with a band, a corner or a flat sheet.",
        f"{columns * rows} {kind}, the same task, other starts. Yellow: it says 1. Framed: all four corners "
        f"right ({n}).",
    )
