"""Times against numpy and a clock that is known; bytes against what torch really holds."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.evaluation.latency import Latency, measure_latency, percentile
from course_lib.evaluation.memory import (
    activation_bytes,
    kv_cache_bytes,
    parameter_count,
    training_bytes,
    weight_bytes,
)
from course_lib.models.gpt import GPT, GPTConfig, KVCache


@given(st.lists(st.floats(0, 1e3), min_size=1, max_size=50), st.floats(0, 100))
def test_percentile_is_numpys(values, q):
    assert percentile(values, q) == pytest.approx(np.percentile(values, q), rel=1e-9, abs=1e-9)


def test_warm_up_does_not_count():
    """Calls that take 50, 50, then 1, 2, 3 and 4 seconds by a clock that only the calls move."""
    now, lengths = [0.0], [50, 50, 1, 2, 3, 4]
    left = iter(lengths)

    def call() -> None:
        now[0] += next(left)

    result = measure_latency(call, runs=4, warmup=2, tokens_per_call=5, clock=lambda: now[0])
    assert result.seconds == [1, 2, 3, 4]
    assert result.p50 == 2.5
    assert result.p95 == pytest.approx(3.85)
    assert result.p99 == pytest.approx(3.97)
    assert result.tokens_per_s == 2.0  # 20 tokens in 10 seconds, not the mean of 5, 2.5, 1.7 and 1.25
    assert "p95 3850.0 ms" in str(result)
    assert "2 tokens/s over" not in str(result)


CONFIGS = [
    {},
    {"bias": False, "tie_embeddings": False},
    {"norm": "rms", "attention_bias": False},
    {"mlp": "swiglu", "attention_bias": True, "bias": False},
    {"position": "rotary"},
    {"n_kv_head": 1},
    {"norm": "rms", "mlp": "swiglu", "position": "rotary", "n_kv_head": 2, "bias": False},
]


def config(n_layer: int = 2, **options) -> GPTConfig:
    return GPTConfig(vocab_size=50, context=64, n_layer=n_layer, n_head=4, n_embd=64, **options)


@pytest.mark.parametrize("options", CONFIGS)
def test_parameters_and_weights_are_those_of_the_model(options):
    model = GPT(config(**options))
    assert parameter_count(model.config) == model.num_parameters()
    assert weight_bytes(model) == 4 * model.num_parameters()
    assert weight_bytes(model.half()) == 2 * model.num_parameters()


@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from([1, 2, 4]), st.integers(1, 64), st.integers(1, 3), st.sampled_from(["float32", "float16"])
)
def test_cache_is_as_large_as_said(n_kv_head, tokens, batch_size, dtype):
    shape, kind = config(n_kv_head=n_kv_head), getattr(torch, dtype)
    cache = KVCache(shape, batch_size, tokens, dtype=kind)
    held = cache.keys.untyped_storage().nbytes() + cache.values.untyped_storage().nbytes()
    assert kv_cache_bytes(shape, tokens, batch_size, kind) == held
    assert kv_cache_bytes(config(), tokens, batch_size, kind) == held * 4 // n_kv_head


def remembered(shape: GPTConfig, batch_size: int, tokens: int) -> int:
    """Bytes of everything but weights that torch saves for the backward pass; each storage once."""
    model = GPT(shape)
    weights = {tensor.untyped_storage().data_ptr() for tensor in [*model.parameters(), *model.buffers()]}
    saved: dict[int, torch.Tensor] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        saved[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    ids = torch.randint(shape.vocab_size, (batch_size, tokens + 1))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(ids[:, :-1], ids[:, 1:])
    return sum(t.untyped_storage().nbytes() for place, t in saved.items() if place not in weights)


@pytest.mark.parametrize("options", CONFIGS)
def test_activations_are_within_3_percent_of_what_torch_saves(options):
    for n_layer, batch_size, tokens in ((1, 2, 16), (3, 3, 31)):
        shape = config(n_layer, **options)
        estimate = activation_bytes(shape, batch_size, tokens)
        assert estimate == pytest.approx(remembered(shape, batch_size, tokens), rel=0.03)


def test_training_holds_weights_gradients_and_two_moments():
    model = GPT(config())
    optimizer = torch.optim.AdamW(model.parameters())
    ids = torch.zeros(1, 5, dtype=torch.long)
    loss = model(ids, ids).loss
    assert loss is not None
    loss.backward()
    optimizer.step()
    held = list(model.parameters()) + [p.grad for p in model.parameters() if p.grad is not None]
    held += [s[name] for s in optimizer.state.values() for name in ("exp_avg", "exp_avg_sq")]
    expected = sum(t.numel() * t.element_size() for t in held) + activation_bytes(model.config, 1, 5)
    assert training_bytes(model.config, 1, 5) == expected


def test_bad_input():
    with pytest.raises(ValueError, match="values is empty"):
        percentile([], 50)
    with pytest.raises(ValueError, match="q=101"):
        percentile([1], 101)
    with pytest.raises(ValueError, match="runs=0"):
        measure_latency(lambda: None, runs=0)
    with pytest.raises(ValueError, match="not known"):
        _ = Latency([1.0]).tokens_per_s
    with pytest.raises(ValueError, match="tokens=-1"):
        kv_cache_bytes(config(), -1)
    with pytest.raises(ValueError, match="batch_size=0"):
        activation_bytes(config(), 0, 1)
