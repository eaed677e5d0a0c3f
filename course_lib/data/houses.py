"""House sales that look real: sizes, and prices that one weight nearly explains (lesson 02, parts 1 and 3)."""

from __future__ import annotations

import torch
from torch import Tensor

PRICE_PER_SQFT = 200.0


def house_sales(n: int = 40, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return sizes (n,) in square feet and prices (n,) in USD, float64.

    Prices are 200 USD per square foot with noise of 10 % (standard deviation): the 200 is what a model has to find.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, found {n}")
    generator = torch.Generator().manual_seed(seed)
    sizes = 600 + 2400 * torch.rand(n, generator=generator, dtype=torch.float64)  # (n,)
    noise = 1 + 0.1 * torch.randn(n, generator=generator, dtype=torch.float64)  # (n,)
    return sizes.round(), (PRICE_PER_SQFT * sizes.round() * noise).round()
