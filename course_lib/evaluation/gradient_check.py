"""Are the gradients right? Backpropagation against measured slopes, weight by weight (lesson 05)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

SMALL = 1e-3  # of the largest slope: a slope below this is compared as if it were so large


@dataclass(frozen=True)
class Slope:
    """The slope of the loss along one weight, found in two ways."""

    parameter: str
    place: int  # of the weight in its flattened tensor
    backward: float  # by backpropagation
    measured: float  # by moving the weight a little to both sides


@dataclass(frozen=True)
class GradientCheck:
    """Slopes of weights drawn with `seed`, each found in two ways; `step` is how far a weight was moved."""

    slopes: list[Slope]
    step: float
    seed: int

    def relative_error(self, slope: Slope) -> float:
        """Return the difference of the two as a share of the larger, or of a thousandth of the largest slope of all.

        Without that floor, rounding in the smallest slopes, which no training would notice, decides everything.
        """
        floor = SMALL * max(abs(one.backward) for one in self.slopes)
        size = max(abs(slope.backward), abs(slope.measured), floor)
        return abs(slope.backward - slope.measured) / size if size else 0.0

    @property
    def max_relative_error(self) -> float:
        return max(self.relative_error(slope) for slope in self.slopes)

    def rows(self) -> list[dict[str, str | int | float]]:
        """Return one row per weight: parameter, place, both slopes, relative error."""
        return [{**asdict(slope), "relative_error": self.relative_error(slope)} for slope in self.slopes]


def check_gradients(
    loss: Callable[[], Tensor],
    parameters: Mapping[str, Tensor],
    n: int = 100,
    step: float = 1e-5,
    seed: int = 0,
) -> GradientCheck:
    """Compare the gradient of `loss()` with central differences at `n` weights drawn with `seed`.

    In float64 and with a smooth loss the largest relative error should be 1e-5 or less; 1e-2 and more is a mistake, or
    a bend of ReLU between the two points. In float32 take a step near 0.01, and expect a hundredth.

    Args:
        loss: computes the loss anew, a tensor with one number; it must not draw lots.
        parameters: the weights by name; they are moved in place and put back.
        n: how many weights are tried; all of them if there are fewer.
        step: how far a weight is moved to each side, in its own unit.

    Raises:
        ValueError: no parameters, n below 1, a step that is not positive, or a loss that draws lots.
    """
    if not parameters or n < 1 or not step > 0:
        raise ValueError(f"{len(parameters)} parameters, n={n}, step={step}; expected at least 1, 1, above 0")
    if not torch.equal(loss(), loss()):
        raise ValueError("loss() gave two different numbers for the same weights; switch dropout off")
    tensors = list(parameters.values())
    gradients = torch.autograd.grad(loss(), tensors, allow_unused=True)
    every = [(name, place) for name, tensor in parameters.items() for place in range(tensor.numel())]
    order = torch.randperm(len(every), generator=torch.Generator().manual_seed(seed))[:n].tolist()
    found = dict(zip(parameters, gradients, strict=True))
    slopes = []
    for name, place in sorted(every[i] for i in order):
        gradient = found[name]
        backward = 0.0 if gradient is None else float(gradient.flatten()[place])
        slopes.append(Slope(name, place, backward, _measure(loss, parameters[name], place, step)))
    return GradientCheck(slopes, step, seed)


@torch.no_grad()
def _measure(loss: Callable[[], Tensor], tensor: Tensor, place: int, step: float) -> float:
    where = torch.unravel_index(torch.tensor(place), tensor.shape)
    before = tensor[where].clone()
    try:
        tensor[where] = before + step
        above, right = float(loss()), float(tensor[where])
        tensor[where] = before - step
        below, left = float(loss()), float(tensor[where])
    finally:
        tensor[where] = before
    return (above - below) / (right - left) if right != left else 0.0  # by as much as it really moved
