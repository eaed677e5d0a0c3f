"""The cache's formula against the bytes of real tensors."""

from __future__ import annotations

import pytest
import torch

from course_lib.data.claims import claim
from course_lib.evaluation.memory import kv_cache_bytes
from course_lib.explore.cache_memory import bytes_per_token, cache_bytes, draw_cache
from course_lib.models.gpt import GPTConfig, KVCache


@pytest.mark.parametrize("kv_heads", [8, 4, 2, 1])
def test_formula_and_tensors_agree(kv_heads: int) -> None:
    config = GPTConfig(10, context=24, n_layer=3, n_head=8, n_embd=64, n_kv_head=kv_heads)
    cache = KVCache(config, 2, dtype=torch.float16)
    assert cache_bytes(cache) == kv_cache_bytes(config, 24, 2, torch.float16)
    shape = {"layers": 3, "heads": 8, "kv_heads": kv_heads, "head_dim": 8}
    assert cache_bytes(cache) == 2 * 24 * bytes_per_token(shape)
    assert bytes_per_token(shape, grouped=False) * kv_heads == bytes_per_token(shape) * 8


def test_the_published_shape_gives_the_known_sums() -> None:
    values = claim("llama-3-8b-shape").values
    assert bytes_per_token(values) == 128 * 1024
    sentence = draw_cache("a model", values, [1024, 131072], 8192).sentence
    assert "weights of 16.06 GB" in sentence
    assert "17.2 GB" in sentence
    assert "122,528 tokens" in sentence
