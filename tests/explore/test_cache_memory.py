"""The cache's formula against the bytes of real tensors."""

from __future__ import annotations

import re

import pytest
import torch

from course_lib.data.claims import claim
from course_lib.evaluation.memory import kv_cache_bytes, training_bytes
from course_lib.explore.cache_memory import (
    bytes_per_token,
    cache_against_weights,
    cache_bytes,
    memory_of_training,
    speed_of_cache,
    written,
)
from course_lib.models.gpt import GPT, GPTConfig, KVCache


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
    finding = cache_against_weights("a model", values, [1024, 131072])
    assert finding.measured == f"{2 * 8.03e9 / 131072:,.0f}"
    assert "15 conversations" in finding.says
    assert finding.show is not None
    sentence = finding.show("20,000").sentence
    assert "weights of 16.06 GB" in sentence
    assert "17.2 GB" in sentence
    assert "122,528 tokens" in sentence


@pytest.mark.parametrize(
    ("size", "said"), [(7, "7 bytes"), (3_805_696, "3.81 MB"), (1.07e9, "1.07 GB"), (2048, "2.05 kB")]
)
def test_sizes_are_written_as_people_read_them(size: float, said: str) -> None:
    assert written(size) == said


def test_memory_of_training_is_four_times_the_weights_and_what_the_batch_leaves() -> None:
    config = GPTConfig(50, context=16, n_layer=1, n_head=2, n_embd=8)
    weights = 4 * sum(parameter.numel() for parameter in GPT(config).parameters())
    finding = memory_of_training(config, 2, 16)
    assert finding.measured == f"{training_bytes(config, 2, 16) / weights:.0f}"
    assert finding.show is not None
    picture = finding.show("3")
    assert (
        f"weights {written(weights)}, gradient {written(weights)}, two running averages {written(2 * weights)}"
        in (picture.sentence)
    )
    assert "your guess" in [text.get_text() for text in picture.figure.axes[0].texts]


def test_the_speed_of_the_cache_is_a_quotient_of_two_speeds() -> None:
    model = GPT(GPTConfig(50, context=32, n_layer=1, n_head=2, n_embd=8), torch.Generator().manual_seed(0))
    finding = speed_of_cache(model, [1, 2, 3], tokens=8)
    fast, slow = (
        float(n.replace(",", "")) for n in re.findall(r"([\d,]+)(?= tokens a second|, because)", finding.says)
    )
    assert float(str(finding.measured)) == pytest.approx(fast / slow, rel=0.1)
