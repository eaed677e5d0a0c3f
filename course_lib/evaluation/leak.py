"""Does a model look ahead? Change what comes later, and see whether earlier results move (lesson 10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Leak:
    """How much the scores before `cut` moved when all tokens from `cut` on were replaced.

    Attributes:
        largest: the largest change of one score, 0 for a causal model.
        by_place: the largest change at each place before the cut.
        control: the largest change from the cut on. Near 0 means that the test would have noticed nothing.
    """

    largest: float
    by_place: list[float]
    control: float
    cut: int
    seed: int

    def is_clean(self, tolerance: float = 1e-5) -> bool:
        """Return whether nothing moved but for rounding, and the test could have noticed it."""
        return self.largest <= tolerance < self.control


@torch.no_grad()
def leak_test(
    scores: Callable[[Tensor], Tensor], ids: Tensor, vocab_size: int, cut: int | None = None, seed: int = 0
) -> Leak:
    """Replace all tokens from `cut` on (by default the second half) and compare the scores before it.

    Args:
        scores: takes ids (B, T), returns (B, T, V); for a `GPT`: `lambda ids: model(ids).logits`.
        seed: of the other tokens; each differs from what was there.

    Raises:
        ValueError: a cut with nothing before or behind it, or fewer than two tokens in the vocabulary.
    """
    cut = ids.shape[1] // 2 if cut is None else cut
    if not 0 < cut < ids.shape[1] or vocab_size < 2:
        raise ValueError(f"cut={cut} of {ids.shape[1]} tokens, vocab_size={vocab_size}: nothing to compare")
    other = ids.clone()
    step = torch.randint(1, vocab_size, other[:, cut:].shape, generator=torch.Generator().manual_seed(seed))
    other[:, cut:] = (other[:, cut:] + step) % vocab_size
    moved = (scores(ids) - scores(other)).abs().amax(dim=(0, 2))  # (T,)
    before = moved[:cut].tolist()
    return Leak(max(before), before, float(moved[cut:].max()), cut, seed)
