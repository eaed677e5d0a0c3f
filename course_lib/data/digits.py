"""Real handwritten digits, 8 x 8 pixels, that come with scikit-learn: 1,797 of them (lessons 07, 08 and 09).

They are part of the optical digits data of E. Alpaydin and C. Kaynak (UCI, 1998). No network is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

TOTAL, N_VAL, N_TEST = 1797, 300, 300


@dataclass(frozen=True)
class DigitSet:
    """Images (N, 1, 8, 8) in float32, 0 for paper to 1 for ink, and labels (N,) from 0 to 9."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Digits:
    """Three parts that share no image: learn from `train`, choose with `val`, and look at `test` once."""

    train: DigitSet
    val: DigitSet
    test: DigitSet


def load_digits(seed: int = 0) -> Digits:
    """Return the digits in a split of 1,197, 300 and 300 that depends on `seed` only.

    The file does not say who wrote which digit, so the same hand can be in all three parts: accuracy on new
    writers will be lower than on `test`.
    """
    from sklearn import datasets

    raw = datasets.load_digits()
    images = torch.tensor(raw.images, dtype=torch.float32)[:, None] / 16  # (1797, 1, 8, 8)
    labels = torch.tensor(raw.target, dtype=torch.long)  # (1797,)
    order = torch.randperm(TOTAL, generator=torch.Generator().manual_seed(seed))
    parts = [
        DigitSet(images[rows], labels[rows]) for rows in order.split([TOTAL - N_VAL - N_TEST, N_VAL, N_TEST])
    ]
    return Digits(*parts)


def rescale(images: Tensor, old: tuple[float, float] = (0, 1), new: tuple[float, float] = (-1, 1)) -> Tensor:
    """Map the range `old` onto the range `new`, straight; the defaults are what diffusion wants.

    Raises ValueError for a range whose ends are not in order.
    """
    for name, (low, high) in (("old", old), ("new", new)):
        if not low < high:
            raise ValueError(f"{name}={(low, high)}; expected the low end first")
    return (images - old[0]) * ((new[1] - new[0]) / (old[1] - old[0])) + new[0]


def shift(images: Tensor, right: int = 0, down: int = 0) -> Tensor:
    """Move images by whole pixels; what leaves is lost, and paper (0) comes in. Negative: left and up.

    Works on the last two axes. Raises ValueError for fewer than two axes.
    """
    if images.ndim < 2:
        raise ValueError(f"images.shape={tuple(images.shape)}; expected at least two axes")
    height, width = images.shape[-2:]
    moved = torch.zeros_like(images)
    if abs(right) >= width or abs(down) >= height:
        return moved
    into_y, from_y = slice(max(down, 0), height + min(down, 0)), slice(max(-down, 0), height - max(down, 0))
    into_x, from_x = slice(max(right, 0), width + min(right, 0)), slice(max(-right, 0), width - max(right, 0))
    moved[..., into_y, into_x] = images[..., from_y, from_x]
    return moved


def add_pixel_noise(images: Tensor, std: float, generator: torch.Generator) -> Tensor:
    """Add normal noise to images from 0 to 1, and cut off what leaves this range.

    Raises ValueError for a negative `std`, or images that are not floating-point numbers.
    """
    if not std >= 0:
        raise ValueError(f"std={std}; expected 0 or more")
    if not images.is_floating_point():
        raise ValueError(f"images.dtype={images.dtype}; expected floating-point numbers from 0 to 1")
    noise = torch.randn(images.shape, generator=generator, dtype=images.dtype).to(images.device)
    return (images + std * noise).clamp(0, 1)


def erase_pixels(images: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Turn each pixel to paper (0) with probability `share`: what dust and dead sensors do.

    Raises ValueError for a share outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share={share}; expected 0 to 1")
    kept = torch.rand(images.shape, generator=generator) >= share
    return images * kept.to(images.device)
