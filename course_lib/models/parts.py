"""The parts of a small GPT, one at a time and interchangeable (lesson 10, where the learner writes each of them).

They are this library's own, behind the plain signatures of lab 10. `parts` holds them for exercises that need an
earlier one; `putting_in` replaces some for a while, so that a learner's own attention runs inside a learner's own GPT.
A *present* is what a layer keeps for later tokens: its keys and values, (B, H, S, D) each; a *past* is an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import torch
from torch import Tensor

from course_lib.models import gpt
from course_lib.models.gpt import GPTConfig, KVCache

Present = tuple[Tensor, Tensor]


class Joined(KVCache):
    """A cache of one layer that puts what is new behind a past and holds both as its present."""

    def __init__(self, past: Present | None) -> None:
        self.past = past

    def append(self, layer: int, k: Tensor, v: Tensor) -> Present:
        """Return the keys and values of the past and the new tokens."""
        if self.past is not None:
            k, v = (torch.cat(pair, dim=2) for pair in zip(self.past, (k, v), strict=True))
        self.present = k, v
        return self.present


def _shape(n_embd: int, n_head: int) -> GPTConfig:
    return GPTConfig(vocab_size=1, context=1, n_layer=1, n_head=n_head, n_embd=n_embd, bias=False)


def scaled_dot_product_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return softmax(q k^T / sqrt(D)) v; `mask` is True where a token may look, which gets 0 if it may look nowhere."""
    return gpt.attention(q, k, v, mask)[0]


def causal_mask(time: int, source: int | None = None) -> Tensor:
    """Return (time, source), True where a token may look: the last query is the last of all `source` tokens."""
    return gpt.causal_mask(time, time if source is None else source)


class MultiHeadAttention(gpt.CausalSelfAttention):
    """Causal attention of several heads; weights `qkv.weight` (3 C, C) and `out.weight` (C, C)."""

    def __init__(self, n_embd: int, n_head: int) -> None:
        super().__init__(_shape(n_embd, n_head), 0)

    def forward(self, x: Tensor, past: Present | None = None) -> tuple[Tensor, Present]:  # type: ignore[override]
        """Take (B, T, C), return (B, T, C) and the present."""
        cache = Joined(past)
        mixed, _ = super().forward(x, None, cache, False)
        return mixed, cache.present


class Block(gpt.Block):
    """Attention, then feed-forward, each on the normed stream and added to it."""

    def __init__(self, n_embd: int, n_head: int) -> None:
        super().__init__(_shape(n_embd, n_head), 0)

    def forward(self, x: Tensor, past: Present | None = None) -> tuple[Tensor, Present]:  # type: ignore[override]
        """Take (B, T, C), return (B, T, C) and the present."""
        cache = Joined(past)
        x, _ = super().forward(x, None, cache)
        return x, cache.present


parts = SimpleNamespace(
    scaled_dot_product_attention=scaled_dot_product_attention,
    causal_mask=causal_mask,
    MultiHeadAttention=MultiHeadAttention,
    Block=Block,
)


@contextmanager
def putting_in(**own: object) -> Iterator[None]:
    """Replace some of the `parts` within the block.

    Raises:
        ValueError: there is no part of that name.
    """
    unknown = own.keys() - vars(parts).keys()
    if unknown:
        raise ValueError(f"{min(unknown)!r} is no part; there are {', '.join(vars(parts))}")
    before = dict(vars(parts))
    try:
        vars(parts).update(own)
        yield
    finally:
        vars(parts).update(before)
