"""Twenty layers deep: how much of the gradient reaches the first one, and what that means for training (lesson 05)."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.data.digits import DigitSet, load_digits
from course_lib.device import one_thread
from course_lib.explore.descent import train_from
from course_lib.explore.figure import BLUE, GREEN, GREY, RED, Finding, Picture, mark_guess, new_figure
from course_lib.explore.live import Live
from course_lib.explore.plots import scientific
from course_lib.explore.prediction import quantity
from course_lib.models.mlp import ACTIVATIONS, MLP, Activation, MLPConfig, gradient_by_layer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DEPTH, WIDTH = 20, 32
NAMES: dict[str, str] = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
LOOKS: dict[Activation, tuple[str, str]] = {
    "sigmoid": (GREEN, "^-."),
    "tanh": (BLUE, "o-"),
    "relu": (RED, "s--"),
}
SCALES = (0.5, 1.0, 2.0)
Runs = Sequence[Sequence[float]]  # for each start the size of the gradient by layer


def deep_net(activation: Activation, seed: int, scale: float = 1.0) -> MLP:
    """Return an untrained network for digits with 20 layers of weights; `scale` multiplies the usual weights."""
    shape = MLPConfig(64, 10, (WIDTH,) * (DEPTH - 1), activation)
    model = MLP(shape, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        for layer in model.layers:
            cast(nn.Linear, layer).weight.mul_(scale)
    return model


def gradients_at_start(
    activation: Activation, scale: float = 1.0, seeds: Sequence[int] = range(10)
) -> list[list[float]]:
    """Return for each start the gradient's size by layer, the first layer first, on a batch of 128 digits."""
    digits = load_digits(0).train
    images, labels = digits.images[:128], digits.labels[:128]
    found = []
    for seed in seeds:
        model = deep_net(activation, seed, scale)
        found.append(gradient_by_layer(model, F.cross_entropy(model(images).logits, labels)))
    return found


def what_is_left(seeds: Sequence[int] = range(10)) -> Finding:
    """Ask by how many powers of ten the gradient of the first layer is smaller than that of the last, with sigmoids."""
    with one_thread():
        by_bend = {bend: gradients_at_start(bend, seeds=seeds) for bend in LOOKS}
        by_scale = {scale: gradients_at_start("relu", scale, seeds) for scale in SCALES}
        larger = gradients_at_start("sigmoid", 4.0, seeds)
    lost = {bend: sorted(math.log10(run[-1] / run[0]) for run in runs) for bend, runs in by_bend.items()}
    first = {scale: statistics.median(run[0] for run in runs) for scale, runs in by_scale.items()}
    others = ", ".join(
        f"{NAMES[bend]} {statistics.median(lost[bend]):.1f} ({lost[bend][0]:.1f} to {lost[bend][-1]:.1f})"
        for bend in LOOKS
        if bend != "sigmoid"
    )
    ends = lost["sigmoid"]
    still = statistics.median(math.log10(run[-1] / run[0]) for run in larger)
    apart = [max(layers) / min(layers) for scale in (0.5, 2.0) for layers in [_middle(by_scale[scale])]]
    alike = (
        " (in all layers about alike: the same factors act forwards and backwards)" if max(apart) < 10 else ""
    )
    return Finding(
        "powers of ten lost from the last to the first layer, sigmoid",
        f"{statistics.median(ends):.1f}",
        lambda guess: draw_depth(by_bend, by_scale, guess),
        f"From start to start it was {ends[0]:.1f} to {ends[-1]:.1f}; {others}. The steepest slope of a "
        "sigmoid is 1/4, and the chain rule multiplies one slope per layer. With weights four times as large, "
        f"which make up for that at best, {still:.1f} are still lost. In the figure on the right: with "
        "ReLU the starting weights decide. Half as large, and the first layer's gradient is "
        f"{scientific(first[0.5])}; twice as large, {scientific(first[2.0])}{alike}. **Vanishing and "
        "exploding are the same multiplication.**",
    )


def _middle(runs: Runs) -> list[float]:
    """The median over the starts, layer by layer."""
    return [statistics.median(column) for column in zip(*runs, strict=True)]


def draw_depth(
    by_bend: Mapping[Activation, Runs], by_scale: Mapping[float, Runs], guess: object = None
) -> Picture:
    """Draw the gradient's size by layer: for each bend, and for ReLU with scaled starting weights."""
    figure, (left, right) = new_figure(6.4, 3.5, columns=2)
    parts = [_draw_by_layer(left, runs, *LOOKS[bend], label=NAMES[bend]) for bend, runs in by_bend.items()]
    for (scale, runs), look in zip(
        by_scale.items(), ((BLUE, "v-."), (RED, "s--"), (GREY, "D-")), strict=True
    ):
        label = f"He weights × {scale:g}"
        parts.append(_draw_by_layer(right, runs, *look, label=label))
        height = 6 * statistics.median(run[5] for run in runs)
        right.text(3, height, label, color=look[0], fontsize=10, va="bottom")
    for axis, limits, powers in (
        (left, (1e-15, 10), (-15, -12, -9, -6, -3, 0)),
        (right, (1e-10, 1e7), (-9, -6, -3, 0, 3, 6)),
    ):
        axis.set_yscale("log")
        axis.set_xticks([1, 5, 10, 15, 20])
        axis.set(xlabel="layer of weights", ylim=limits)
        _powers(axis, powers)
    left.set(ylabel="size of the gradient", title="by bend")
    right.set(title="ReLU, by starting weights")
    left.legend(loc="lower right", fontsize=9)
    number = quantity(guess)
    if number is not None:
        end = statistics.median(run[-1] for run in by_bend["sigmoid"])
        mark_guess(left, end * 10 ** -min(abs(number.value), 300))
    n = len(next(iter(by_bend.values())))
    return Picture(
        figure,
        f"Size of the gradient, layer by layer: {'; '.join(parts)}.",
        f"Untrained networks of {DEPTH} layers; lines: the middle of {n} starts, bands: all.",
    )


def _draw_by_layer(axis: Axes, runs: Runs, colour: str, style: str, label: str) -> str:
    """Draw the middle and the range of some starts, and say where they begin and end."""
    columns = [sorted(column) for column in zip(*runs, strict=True)]
    layers = range(1, len(columns) + 1)
    middle = _middle(runs)
    low, high = [column[0] for column in columns], [column[-1] for column in columns]
    axis.fill_between(layers, low, high, color=colour, alpha=0.2, linewidth=0)
    axis.plot(layers, middle, style, color=colour, label=label, markersize=4, markevery=3)
    return f"{label} {scientific(middle[0])} in the first layer, {scientific(middle[-1])} in the last"


def _powers(axis: Axes, powers: Sequence[int]) -> None:
    """Label a logarithmic axis with powers of ten, in plain numbers where they are short."""
    shown = {0: "1", 3: "1,000", 6: "million"}
    labels = [shown.get(p, f"10$^{{\u2212{-p}}}$") for p in powers]
    axis.set_yticks([10.0**p for p in powers], labels)
    axis.minorticks_off()


# --- can they be trained? -------------------------------------------------------------------------------------


def train_side_by_side(
    activation: Activation,
    seeds: Sequence[int],
    steps: int,
    live: Live,
    scale: float = 1.0,
    rate: float = 2e-3,
) -> list[list[float]]:
    """Train one deep network per seed, all at once, with Adam; return the accuracy on new digits every 20 steps.

    Returns: for each seed the shares of right answers, the first before any step.
    """
    digits = load_digits(0)
    models = [deep_net(activation, seed, scale) for seed in seeds]
    weights = [
        torch.stack([cast(nn.Linear, model.layers[i]).weight.detach().T for model in models]).requires_grad_()
        for i in range(DEPTH)
    ]  # each (seeds, in, out)
    biases = [torch.zeros(len(models), 1, w.shape[2]).requires_grad_() for w in weights]
    optimizer = torch.optim.Adam([*weights, *biases], lr=rate)
    bend = ACTIVATIONS[activation]

    def scores(x: Tensor) -> Tensor:
        for place, (w, b) in enumerate(zip(weights, biases, strict=True), start=1):
            x = torch.baddbmm(b, x, w)
            x = bend(x) if place < DEPTH else x
        return x

    dice = torch.Generator().manual_seed(0)
    images = digits.train.images.flatten(1)
    reached = [_accuracy(scores, digits.val, len(models))]
    for step in range(1, steps + 1):
        rows = torch.randint(len(images), (len(models), 64), generator=dice)
        loss = F.cross_entropy(scores(images[rows]).flatten(0, 1), digits.train.labels[rows].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            reached.append(_accuracy(scores, digits.val, len(models)))
            line = f"{NAMES[activation]}: step {step} of {steps}, right " + " ".join(
                f"{a:.0%}" for a in reached[-1]
            )
            live.show(lambda line=line: line)  # type: ignore[misc]
    return [list(shares) for shares in zip(*reached, strict=True)]


@torch.no_grad()
def _accuracy(scores: Callable[[Tensor], Tensor], part: DigitSet, n: int) -> list[float]:
    images = part.images.flatten(1).expand(n, -1, -1)
    right = scores(images).argmax(2) == part.labels
    return [float(share) for share in right.double().mean(1)]


def can_it_learn(seeds: Sequence[int] = range(3), steps: int = 200) -> Finding:
    """Ask what share of new digits a network of 20 sigmoid layers gets right after training."""
    with one_thread(), Live() as live:
        curves = {bend: train_side_by_side(bend, seeds, steps, live) for bend in LOOKS}
    last = {bend: sorted(curve[-1] for curve in runs) for bend, runs in curves.items()}
    two = train_from(None, steps=steps).right
    ranges = {bend: f"{ends[0]:.0%} to {ends[-1]:.0%}" for bend, ends in last.items()}
    return Finding(
        "new digits that the sigmoid network gets right",
        f"{statistics.median(last['sigmoid']):.0%}",
        lambda guess: draw_learning(curves, guess),
        f"That is blind guessing among ten digits ({ranges['sigmoid']} in {len(seeds)} starts). Same depth, "
        f"same width, same steps, another bend: tanh {ranges['tanh']}, ReLU {ranges['relu']}. Two layers "
        f"of weights get {two:.0%} in as many steps: depth is what is tested here, not what helps.",
    )


def draw_learning(curves: Mapping[Activation, Sequence[Sequence[float]]], guess: object = None) -> Picture:
    """Draw the share of right answers over the steps, a line for each start."""
    figure, axis = new_figure(height=3.0)
    for bend, runs in curves.items():
        colour, style = LOOKS[bend]
        for place, run in enumerate(runs):
            steps = range(0, 20 * len(run), 20)
            name = NAMES[bend] if not place else None
            axis.plot(steps, run, style, color=colour, markersize=4, markevery=3, linewidth=1.4, label=name)
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set(xlabel="step", ylabel="right on new digits", ylim=(0, 1))
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    mark_guess(axis, guess, share=True)
    ends = {bend: sorted(run[-1] for run in runs) for bend, runs in curves.items()}
    parts = [f"{NAMES[bend]} {low[0]:.0%} to {low[-1]:.0%}" for bend, low in ends.items()]
    n = len(next(iter(curves.values())))
    return Picture(
        figure,
        f"New digits right at the end of training, {DEPTH} layers: {', '.join(parts)}.",
        f"{n} starts each; {DEPTH} layers of {WIDTH} units, trained with Adam.",
    )
