"""A cache with a mistake in it: positions that go on one too late (lesson 10, part 8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from course_lib.data import facts
from course_lib.explore.figure import Finding
from course_lib.models.gpt import GPT, KVCache
from course_lib.tokenizers.bpe import BytePairTokenizer


@contextmanager
def positions_moved(model: GPT, start: int, by: int) -> Iterator[None]:
    """Give the tokens from `start` on the positions that are `by` later, within the block."""
    weight = model.positions.weight
    kept = weight.detach().clone()
    end = len(kept) - by
    try:
        with torch.no_grad():
            weight[start:end] = kept[start + by :]
        yield
    finally:
        with torch.no_grad():
            weight.copy_(kept)


@torch.no_grad()
def last_scores(model: GPT, ids: Tensor, by: int = 0) -> Tensor:
    """Read all but the last token, then the last one with the cache, at a position `by` too late; (V,)."""
    cache = KVCache(model.config, 1)
    model(ids[:, :-1], kv_cache=cache)
    with positions_moved(model, cache.length, by):
        scores: Tensor = model(ids[:, -1:], kv_cache=cache).logits[0, -1]
    return scores


def capitals_with_a_shifted_cache(model: GPT, tokenizer: BytePairTokenizer, by: int = 1) -> Finding:
    """Find how many capitals are right if positions go on one too late behind the cache."""
    right = {0: 0, by: 0}
    moved = sound = 0.0
    for place in facts.COUNTRIES:
        ids = torch.tensor([tokenizer.encode(f"The capital of {place.name} is")])
        wanted = tokenizer.encode(f" {place.capital}")[0]
        with torch.no_grad():
            whole = model(ids).logits[0, -1]
        for shift in right:
            scores = last_scores(model, ids, shift)
            right[shift] += int(scores.argmax()) == wanted
            change = float((scores - whole).abs().max())
            if shift:
                moved = max(moved, change)
            else:
                sound = max(sound, change)
    n = len(facts.COUNTRIES)
    return Finding(
        "capitals right with positions one too late",
        f"{right[by]} of {n}",
        None,
        f"With the sound cache {right[0]}. "
        + ("Counting right answers sees nothing. " if right[by] == right[0] else "")
        + f"Comparing scores does: behind the shifted cache one of them is off by up to {moved:.2f}, behind the "
        f"sound one by {sound:.0e}, which is rounding. So a cache is tested by equality, number by number, not by "
        "the quality of the text.",
    )
