"""Downhill in practice: what units do to the valley, what momentum does, and equal starts (lesson 05)."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.data.digits import load_digits
from course_lib.device import one_thread
from course_lib.explore.figure import (
    BLUE,
    ORANGE,
    RED,
    Finding,
    Picture,
    mark_guess,
    new_figure,
    plain_ticks,
)
from course_lib.explore.live import Live, following
from course_lib.models.mlp import MLP, MLPConfig

GOAL = 1.01  # a loss within 1 % of the best one counts as arrived


def houses_with_age(n: int = 80, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return size and age of houses (n, 2), in square feet and years, and prices (n,) in USD, float64.

    price = 60,000 + 200 x size - 2,000 x age, with a spread of 10,000.
    """
    generator = torch.Generator().manual_seed(seed)
    size = 600 + 2400 * torch.rand(n, generator=generator, dtype=torch.float64)
    age = 50 * torch.rand(n, generator=generator, dtype=torch.float64)
    noise = 10_000 * torch.randn(n, generator=generator, dtype=torch.float64)
    return torch.stack([size, age], dim=1), 60_000 + 200 * size - 2_000 * age + noise


@dataclass(frozen=True)
class Descent:
    """Gradient descent on a linear model: the loss over the best possible one, step by step, and the valley's shape."""

    losses: list[float]  # at steps 0, 1, ..., each divided by the least possible loss
    condition: float  # steepest curvature over flattest

    @property
    def arrived(self) -> int | None:
        """The first step within 1 % of the best loss, None if there was none."""
        return next((step for step, loss in enumerate(self.losses) if loss <= GOAL), None)


def descend_linear(features: Tensor, targets: Tensor, steps: int, momentum: float = 0.0) -> Descent:
    """Fit weights and a bias by gradient descent on the mean squared error, from 0, at the rate 1 / steepest curvature.

    Args:
        features, targets: of shape (N, F) and (N,).
    """
    rows = torch.cat([features, torch.ones(len(features), 1, dtype=features.dtype)], dim=1)  # (N, F + 1)
    curvature = 2 * rows.T @ rows / len(rows)
    pull = 2 * rows.T @ targets / len(rows)
    best = torch.linalg.lstsq(rows, targets[:, None]).solution[:, 0]
    least = float((rows @ best - targets).square().mean())
    bends = torch.linalg.eigvalsh(curvature)
    matrix, rate = curvature.numpy(), 1 / float(bends[-1])
    weights, speed = np.zeros(len(best)), np.zeros(len(best))
    losses = []
    for _ in range(steps + 1):
        away = weights - best.numpy()
        losses.append(1 + float(away @ matrix @ away) / 2 / least)
        speed = momentum * speed + matrix @ weights - pull.numpy()
        weights = weights - rate * speed
    return Descent(losses, float(bends[-1] / bends[0]))


def normalised(features: Tensor) -> Tensor:
    """Return the columns (N, F) with mean 0 and standard deviation 1."""
    return (features - features.mean(0)) / features.std(0, correction=0)


def raw_and_normalised(seeds: Sequence[int] = range(3), steps: int = 50_000) -> Finding:
    """Ask how many steps gradient descent needs once the inputs are normalised."""
    runs = {}
    for seed in following(list(seeds), "houses, sample"):
        features, prices = houses_with_age(seed=seed)
        runs[seed] = (
            descend_linear(features, prices, steps),
            descend_linear(normalised(features), prices, 100),
        )
    arrived = [100 if after.arrived is None else after.arrived for _, after in runs.values()]
    raw = [before.losses[-1] for before, _ in runs.values()]
    shapes = [before.condition for before, _ in runs.values()]
    round_ones = [after.condition for _, after in runs.values()]
    stuck = all(before.arrived is None for before, _ in runs.values())
    verdict = (
        f"Raw, after {steps:,} steps, the loss is still {min(raw):.1f} to {max(raw):.1f} times the best"
        if stuck
        else f"Raw, it took up to {max(before.arrived or steps for before, _ in runs.values()):,}"
    )
    return Finding(
        "steps to within 1 % of the best loss, inputs normalised",
        f"{statistics.median(arrived):g}",
        lambda guess: draw_descents(runs[next(iter(runs))], guess),
        f"In {len(runs)} samples it was {min(arrived)} to {max(arrived)} (in the figure: {arrived[0]}). {verdict}. "
        f"The curvature of the loss along its steepest direction is {min(shapes) / 1e6:,.0f} to "
        f"{max(shapes) / 1e6:,.0f} million times that along its flattest (the **condition number**); normalised "
        f"{min(round_ones):.2f} to {max(round_ones):.2f}. The rate has to suit the steepest direction, and along the "
        "flattest hardly anything moves.",
    )


def draw_descents(runs: tuple[Descent, Descent], guess: object = None) -> Picture:
    """Draw the loss over the steps, raw and normalised, both axes logarithmic."""
    figure, axis = new_figure(height=3.2)
    raw, after = runs
    for run, colour, style, name in ((raw, RED, "--", "raw units"), (after, BLUE, "-", "normalised")):
        steps = np.unique(np.geomspace(1, len(run.losses) - 1, 200).astype(int))
        axis.plot(steps, [run.losses[step] for step in steps], style, color=colour)
        at = int(steps[len(steps) // 2])
        axis.annotate(name, (at, run.losses[at]), xytext=(12, 7), textcoords="offset points", color=colour)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set(xlabel="step", ylabel="loss / best loss", ylim=(0.8, 30))
    axis.minorticks_off()
    plain_ticks(axis.xaxis, axis.yaxis)
    mark_guess(axis, guess, along="x")
    return Picture(
        figure,
        f"Loss as a multiple of the best: raw {raw.losses[1]:,.0f} after one step and {raw.losses[-1]:.1f} after "
        f"{len(raw.losses) - 1:,}; normalised {after.losses[1]:,.2f} after one step and {after.losses[5]:.2f} after "
        "five.",
        "One sample of 80 houses: price from size, age and a base price. The rate is 1 / steepest curvature in both.",
    )


# --- momentum -------------------------------------------------------------------------------------------------

SETTINGS = ((0.05, 0.0), (0.05, 0.5), (0.05, 0.9), (0.05, 0.99), (0.5, 0.0))  # rate, momentum


def steps_to(
    rate: float, momentum: float, seed: int, goal: float = 0.9, most: int = 600, every: int = 5
) -> int:
    """Train a network with 32 hidden units on digits and return the step at which `goal` of new ones are right.

    Looked at every `every` steps; `most` if it never happens.
    """
    digits = load_digits(seed)
    images, fresh = digits.train.images, digits.val.images
    model = MLP(MLPConfig(64, 10, (32,)), torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)
    dice = torch.Generator().manual_seed(seed)
    for step in range(1, most + 1):
        rows = torch.randint(len(images), (64,), generator=dice)
        optimizer.zero_grad()
        F.cross_entropy(model(images[rows]).logits, digits.train.labels[rows]).backward()
        optimizer.step()
        if step % every == 0:
            with torch.no_grad():
                right = float((model(fresh).logits.argmax(1) == digits.val.labels).double().mean())
            if right >= goal:
                return step
    return most


def momentum_or_rate(seeds: Sequence[int] = range(5)) -> Finding:
    """Ask whether momentum 0.9 is quicker than ten times the rate without momentum."""
    with one_thread():
        steps = {
            setting: [steps_to(*setting, seed) for seed in seeds]
            for setting in following(list(SETTINGS), "training with rate and momentum")
        }
    middle = {setting: statistics.median(found) for setting, found in steps.items()}
    plain, with_it, control = middle[0.05, 0.0], middle[0.05, 0.9], middle[0.5, 0.0]
    features, prices = houses_with_age()
    round_one = {m: _settled(normalised(features), prices, m) for m in (0.0, 0.9)}
    narrow = {m: _settled(normalised(features) * torch.tensor([1.0, 0.1]), prices, m) for m in (0.0, 0.9)}
    return Finding(
        "steps without momentum at ten times the rate",
        f"{control:g}",
        lambda guess: draw_momentum(steps, guess),
        f"Momentum 0.9 looks {plain / with_it:.0f} times as quick as none. But each gradient acts on in the steps "
        f"after it, 1 + 0.9 + 0.81 + ... = 10 times in all, and plain steps of ten times the rate need {control:g}. "
        "Where the valley is round, as with the normalised houses of the figure in part 6, momentum overshoots: "
        f"{round_one[0.9]} steps where none needs {round_one[0.0]}. It pays where a narrow valley forbids a larger "
        f"rate: with one input ten times as small, {narrow[0.9]} in place of {narrow[0.0]}.",
    )


def _settled(features: Tensor, targets: Tensor, momentum: float) -> int:
    """Steps after which the loss of a linear model stays within 1 % of the best, at the rate 1 / steepest curvature."""
    losses = descend_linear(features, targets, 2000, momentum).losses
    return 1 + max(step for step, loss in enumerate(losses) if loss > GOAL)


def draw_momentum(steps: Mapping[tuple[float, float], Sequence[int]], guess: object = None) -> Picture:
    """Draw the steps that each setting needs, a dot for each start."""
    figure, axis = new_figure(height=3.0)
    names = []
    for place, ((rate, momentum), found) in enumerate(steps.items()):
        control = rate > 0.05
        colour, mark = (ORANGE, "s") if control else (BLUE, "o")
        axis.barh(place, statistics.median(found), color=colour, alpha=0.35, hatch="//" if control else None)
        axis.plot(found, [place] * len(found), mark, color=colour, markersize=5)
        names.append(f"rate {rate:g}, momentum {momentum:g}")
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    axis.grid(visible=False)
    axis.set(xlabel="steps until 9 of 10 new digits are right", xlim=(0, None))
    mark_guess(axis, guess, along="x")
    parts = [
        f"{name}: {statistics.median(found):g} ({min(found)} to {max(found)})"
        for name, found in zip(names, steps.values(), strict=True)
    ]
    n = len(next(iter(steps.values())))
    return Picture(
        figure, f"Steps needed: {'; '.join(parts)}.", f"Bars: the middle of {n} starts; dots: each."
    )


# --- a fair start ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EqualStart:
    """How a network did whose weights all began alike: right answers on new digits, and different hidden units."""

    right: float
    different: int
    of: int


def train_from(value: float | None, seed: int = 0, width: int = 32, steps: int = 300) -> EqualStart:
    """Train on digits with all weights starting at `value`; None draws them as usual."""
    digits = load_digits(0)
    model = MLP(MLPConfig(64, 10, (width,)), torch.Generator().manual_seed(seed))
    first, last = model.layers
    if value is not None:
        with torch.no_grad():
            for layer in (first, last):
                layer.weight.fill_(value)  # type: ignore[operator]
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    dice = torch.Generator().manual_seed(seed)
    with one_thread(), Live() as live:
        for step in range(steps):
            rows = torch.randint(len(digits.train), (64,), generator=dice)
            loss = F.cross_entropy(model(digits.train.images[rows]).logits, digits.train.labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            now = loss.item()
            live.show(partial(str, f"step {step} of {steps}, loss {now:.2f}"))
        with torch.no_grad():
            right = float((model(digits.val.images).logits.argmax(1) == digits.val.labels).double().mean())
    units = torch.round(first.weight.detach(), decimals=3)  # type: ignore[operator]
    return EqualStart(right, len(units.unique(dim=0)), width)


def all_alike(value: float = 0.1) -> Finding:
    """Ask how many different hidden units are left after training if all weights start at one value."""
    alike, drawn = train_from(value), train_from(None)
    return Finding(
        f"different hidden units, of {alike.of}, after training",
        alike.different,
        None,
        f"Equal units get equal gradients and stay equal: {alike.of} units do the work of {alike.different}, and "
        f"{alike.right:.0%} of new digits are right. Started with random weights, the same network has "
        f"{drawn.different} different units and gets {drawn.right:.0%}. Randomness isn't noise here; it lets units "
        "take different jobs.",
    )
