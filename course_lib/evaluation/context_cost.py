"""What a context costs: memory by arithmetic, seconds by the clock, for several lengths (lesson 10, packet)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from course_lib.evaluation.latency import measure_latency
from course_lib.evaluation.memory import kv_cache_bytes
from course_lib.models.gpt import GPT, GPTConfig, KVCache


def score_bytes(config: GPTConfig, tokens: int, dtype: torch.dtype = torch.float32) -> int:
    """Return what the tables of shares of one layer take if they are written out: H x T x T numbers.

    Fused kernels never hold them whole; whoever looks at attention maps does.
    """
    return config.n_head * tokens**2 * dtype.itemsize


@dataclass(frozen=True)
class ContextCost:
    """One length of context of one conversation, on this machine.

    Attributes:
        cache_bytes: keys and values of all tokens.
        map_bytes: the shares of all heads of one layer, written out.
        read_s: median seconds to read the tokens at once.
        next_cached_s: median seconds for one more token with the cache.
        next_anew_s: median seconds for one more token if everything is read again.
    """

    tokens: int
    cache_bytes: int
    map_bytes: int
    read_s: float
    next_cached_s: float
    next_anew_s: float

    @property
    def speedup(self) -> float:
        """How many times faster the next token comes with the cache."""
        return self.next_anew_s / self.next_cached_s

    def __str__(self) -> str:
        return (
            f"{self.tokens:,} tokens: cache {self.cache_bytes / 1e3:,.0f} kB, maps of a layer "
            f"{self.map_bytes / 1e3:,.0f} kB, read in {1e3 * self.read_s:.1f} ms, next token "
            f"{1e3 * self.next_cached_s:.1f} ms with cache, {1e3 * self.next_anew_s:.1f} ms without"
        )


@dataclass(frozen=True)
class ContextTable:
    """The costs of several lengths; printed, one line each."""

    rows: list[ContextCost]
    seed: int

    def __str__(self) -> str:
        return "\n".join(map(str, self.rows))


@torch.no_grad()
def measure_context(model: GPT, lengths: Sequence[int], seed: int = 0, runs: int = 5) -> ContextTable:
    """Measure what each length costs with random tokens.

    Args:
        lengths: tokens before the next one; each below the model's context.
        seed: of the tokens. Seconds depend on the machine and its load, bytes don't.

    Raises:
        ValueError: a length that leaves no place for the next token.
    """
    config, generator = model.config, torch.Generator().manual_seed(seed)
    if any(not 0 < tokens < config.context for tokens in lengths):
        raise ValueError(f"lengths={list(lengths)}; expected 1 to {config.context - 1}")
    rows = []
    for tokens in lengths:
        ids = torch.randint(config.vocab_size, (1, tokens + 1), generator=generator)
        read = measure_latency(lambda ids=ids: model(ids[:, :-1], last_only=True), runs, 1)  # type: ignore[misc]
        anew = measure_latency(lambda ids=ids: model(ids, last_only=True), runs, 1)  # type: ignore[misc]
        cache = KVCache(config, 1)
        model(ids[:, :-1], kv_cache=cache)

        def step(cache: KVCache = cache, ids: torch.Tensor = ids, tokens: int = tokens) -> None:
            cache.length = tokens  # the same step again
            model(ids[:, -1:], kv_cache=cache)

        cached = measure_latency(step, runs, 1)
        rows.append(
            ContextCost(
                tokens,
                kv_cache_bytes(config, tokens),
                score_bytes(config, tokens),
                read.p50,
                cached.p50,
                anew.p50,
            )
        )
    return ContextTable(rows, seed)
