"""How a classifier of images holds when they move, fade or are covered, and on which of them it fails (lesson 07).

All of it takes a function `predict` that gets images (N, C, Y, X) and returns one label for each, (N,). It has to look
at each image alone: then it doesn't matter how many it gets at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.data.digits import add_pixel_noise, erase_pixels, shift
from course_lib.evaluation.intervals import wilson_interval

Predict = Callable[[Tensor], Tensor]

AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1))  # right, left, down, up
NOISE, ERASED, COVER = 0.4, 0.25, 3


def check_labelled(images: Tensor, labels: Tensor) -> None:
    if images.ndim != 4 or len(images) == 0 or labels.shape != images.shape[:1]:
        raise ValueError(
            f"images {tuple(images.shape)} and labels {tuple(labels.shape)}; expected (N, C, Y, X) and (N,), N >= 1"
        )


@torch.no_grad()
def accuracy(predict: Predict, images: Tensor, labels: Tensor) -> float:
    """Return the share of images whose label is named. Raises ValueError without images, or for other shapes."""
    check_labelled(images, labels)
    return float((predict(images) == labels).double().mean())


def shift_robustness(
    predict: Predict, images: Tensor, labels: Tensor, shifts: Iterable[int] = (0, 1, 2)
) -> dict[int, float]:
    """Return the accuracy by distance: all images moved right, left, down and up by so many pixels.

    Paper (0) comes in. Raises ValueError for a negative distance, and without images.
    """
    check_labelled(images, labels)
    found = {}
    for distance in shifts:
        if distance < 0:
            raise ValueError(
                f"shifts has {distance}; expected 0 or more: all four directions are tried anyway"
            )
        ways = AROUND if distance else AROUND[:1]
        each = [accuracy(predict, shift(images, x * distance, y * distance), labels) for x, y in ways]
        found[int(distance)] = sum(each) / len(each)
    return found


def covered(images: Tensor, size: int = COVER) -> Iterator[Tensor]:
    """Yield the images with a square of paper on them, at each place in turn. Raises ValueError if it doesn't fit."""
    height, width = images.shape[-2:]
    if not 1 <= size <= min(height, width):
        raise ValueError(f"size={size}; expected 1 to {min(height, width)}")
    for top in range(height - size + 1):
        for left in range(width - size + 1):
            hidden = images.clone()
            hidden[..., top : top + size, left : left + size] = 0
            yield hidden


@dataclass(frozen=True)
class Counted:
    """How many of `n` answers were right; `low` and `high` are the ends of the 95 % interval (Wilson, 1927).

    The interval holds for images drawn like these, each drawn on its own.
    """

    right: int
    n: int

    @property
    def share(self) -> float:
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        return wilson_interval(self.right, self.n)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.right} of {self.n} ({low:.0%} to {high:.0%})"


@torch.no_grad()
def by_slice(
    predict: Predict, images: Tensor, labels: Tensor, slices: Mapping[str, Tensor]
) -> dict[str, Counted]:
    """Count right answers within each slice: a name and a mask (N,) that says which images belong to it.

    Raises ValueError for a slice without images, or a mask of another length.
    """
    check_labelled(images, labels)
    right = predict(images) == labels
    found = {}
    for name, mask in slices.items():
        if mask.shape != labels.shape or not bool(mask.any()):
            raise ValueError(
                f"slice {name!r}: expected a mask of {len(labels)} with at least one image in it"
            )
        found[name] = Counted(int(right[mask].sum()), int(mask.sum()))
    return found


def usual_slices(images: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """Return the slices that the lesson looks at: each label, and the fifth with the least and the most ink."""
    ink = images.flatten(1).mean(1)
    low, high = torch.quantile(ink, 0.2), torch.quantile(ink, 0.8)
    named = {str(label): labels == label for label in labels.unique().tolist()}
    return {**named, "least ink": ink <= low, "most ink": ink >= high}


@dataclass(frozen=True)
class Robustness:
    """Accuracy as it is, under each change, and by slice; what a packet would keep, with the seed of the noise."""

    clean: Counted
    changed: dict[str, float]
    slices: dict[str, Counted]
    seed: int

    @property
    def worst_slice(self) -> str:
        """The slice with the lowest accuracy (the first of equals)."""
        return min(self.slices, key=lambda name: self.slices[name].share)


def measure_robustness(
    predict: Predict,
    images: Tensor,
    labels: Tensor,
    seed: int = 0,
    shifts: Sequence[int] = (1, 2),
) -> Robustness:
    """Measure accuracy on images from 0 to 1 as they are, moved, noisy, with erased pixels, covered, and by slice.

    The same seed gives the same noise. Raises ValueError without images.
    """
    check_labelled(images, labels)
    dice = torch.Generator().manual_seed(seed)
    changed = {
        f"moved by {distance}": share
        for distance, share in shift_robustness(predict, images, labels, shifts).items()
    }
    changed["noise"] = accuracy(predict, add_pixel_noise(images, NOISE, dice), labels)
    changed["erased"] = accuracy(predict, erase_pixels(images, ERASED, dice), labels)
    each = [accuracy(predict, hidden, labels) for hidden in covered(images)]
    changed["covered"] = sum(each) / len(each)
    clean = by_slice(predict, images, labels, {"all": torch.ones_like(labels, dtype=torch.bool)})["all"]
    return Robustness(clean, changed, by_slice(predict, images, labels, usual_slices(images, labels)), seed)
