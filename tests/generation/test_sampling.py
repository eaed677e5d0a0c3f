"""Softmax and sampling against closed forms, float64 and exact frequencies."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.generation.sampling import (
    effective_choices,
    entropy_bits,
    next_token_probs,
    penalise_repetition,
    sample,
    softmax,
)

LADDER = torch.tensor([4.0, 3.0, 2.0, 1.0, 0.0])


@pytest.mark.parametrize(("temperature", "top"), [(1.0, 0.636), (0.5, 0.865), (0.25, 0.982)])
def test_ladder_by_hand(temperature, top):
    exact = 1 / sum(math.exp(-i / temperature) for i in range(5))
    assert float(softmax(LADDER, temperature)[0]) == pytest.approx(exact, abs=1e-6)
    assert exact == pytest.approx(top, abs=5e-4)


@settings(deadline=None)
@given(
    st.lists(st.floats(-50, 50, width=32), min_size=2, max_size=9),
    st.floats(0.1, 50),
    st.sampled_from([0, 1, 2, -1]),
)
def test_agrees_with_torch_along_every_dim(numbers, temperature, dim):
    logits = torch.tensor(numbers, dtype=torch.float64).reshape(-1, 1, 1) * torch.ones(1, 2, 3)
    expected = torch.softmax(logits / temperature, dim)
    torch.testing.assert_close(softmax(logits, temperature, dim), expected, atol=1e-12, rtol=1e-12)


def test_rows_far_apart_do_not_disturb_each_other():
    logits = torch.tensor([[1000.0, 1001.0], [-1000.0, -1001.0]])
    high = 1 / (1 + math.exp(-1))
    torch.testing.assert_close(softmax(logits), torch.tensor([[1 - high, high], [high, 1 - high]]))
    assert torch.equal(logits, torch.tensor([[1000.0, 1001.0], [-1000.0, -1001.0]]))


def test_minus_infinity_means_impossible():
    assert softmax(torch.tensor([0.0, -torch.inf])).tolist() == [1.0, 0.0]


def test_gradient():
    logits = torch.randn(
        3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True
    )
    assert torch.autograd.gradcheck(lambda z: softmax(z, 0.7), logits)


def test_temperature_zero_is_greedy():
    assert softmax(torch.tensor([1.0, 3.0, 3.0]), 0).tolist() == [0.0, 1.0, 0.0]
    assert int(sample(torch.tensor([1.0, 3.0, 3.0]), 0)) == 1


@pytest.mark.parametrize("tiny", [1e-6, 1e-38, 1e-45, 1e-320])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_settings_too_small_for_the_dtype_leave_the_best(dtype, tiny):
    """float32 turns 1e-50 into 0, and 0 / 0 is no probability."""
    assert softmax(LADDER.to(dtype), tiny).tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert int(sample(LADDER.to(dtype), tiny, 0)) == 0
    assert int(sample(LADDER.to(dtype), 1.0, 0, top_p=tiny)) == 0


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_frequencies_are_the_probabilities(temperature):
    n = 20_000
    draws = sample(LADDER.expand(n, 5), temperature, torch.Generator().manual_seed(0))
    for token, p in enumerate(softmax(LADDER, temperature).tolist()):
        assert abs(int((draws == token).sum()) - n * p) < 5 * math.sqrt(n * p * (1 - p))


def test_same_generator_state_same_draw():
    rows = LADDER.expand(100, 5)
    a, b = (sample(rows, 1.0, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(a, b)


def test_top_k_and_top_p_keep_exactly_the_best():
    rows = LADDER.expand(5000, 5)  # 0.636 0.234 0.086 0.032 0.012
    generator = torch.Generator().manual_seed(0)
    assert set(sample(rows, 1.0, generator, top_k=2).tolist()) == {0, 1}
    assert set(sample(rows, 1.0, generator, top_p=0.6).tolist()) == {0}
    assert set(sample(rows, 1.0, generator, top_p=0.7).tolist()) == {0, 1}
    assert set(sample(rows, 1.0, generator, top_k=99, top_p=1.0).tolist()) == {0, 1, 2, 3, 4}
    share = float((sample(rows, 1.0, generator, top_k=2) == 0).float().mean())
    assert share == pytest.approx(1 / (1 + math.exp(-1)), abs=0.035)


def test_entropy_by_hand():
    assert float(entropy_bits(torch.full((8,), 0.125))) == pytest.approx(3.0)
    assert float(effective_choices(torch.full((8,), 0.125))) == pytest.approx(8.0)
    assert float(entropy_bits(torch.tensor([1.0, 0.0]))) == 0.0
    assert entropy_bits(torch.full((2, 4), 0.25)).tolist() == [2.0, 2.0]


def test_bad_input():
    for call in (softmax, sample):
        with pytest.raises(ValueError, match="temperature=-1"):
            call(LADDER, -1.0)
        with pytest.raises(ValueError, match="temperature=nan"):
            call(LADDER, float("nan"))
        with pytest.raises(ValueError, match="temperature=inf"):
            call(LADDER, float("inf"))
    for broken in ([1.0, math.nan], [math.inf, 0.0], [-math.inf, -math.inf]):
        for temperature in (0, 1.0):
            with pytest.raises(
                ValueError, match=r"logits has the largest score -?(nan|inf); expected finite"
            ):
                sample(torch.tensor([[0.0, 1.0], broken]), temperature, 0)
    with pytest.raises(ValueError, match="top_k=0"):
        sample(LADDER, top_k=0)
    with pytest.raises(ValueError, match="top_p=0"):
        sample(LADDER, top_p=0.0)
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="min_p="):
            sample(LADDER, min_p=wrong)
    for wrong in (0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="repetition_penalty="):
            sample(LADDER, repetition_penalty=wrong, previous=torch.tensor([0]))
    with pytest.raises(ValueError, match="needs the tokens so far"):
        sample(LADDER, 0, repetition_penalty=1.5)
    with pytest.raises(ValueError, match="generator=-1"):
        sample(LADDER, generator=-1)


def test_min_p_keeps_what_is_near_the_best():
    rows = LADDER.expand(5000, 5)  # each token is exp(-1) = 0.37 times as probable as the one before
    for min_p, kept in ((1.0, {0}), (0.4, {0}), (0.3, {0, 1}), (0.1, {0, 1, 2}), (0.0, set(range(5)))):
        assert set(sample(rows, 1.0, 0, min_p=min_p).tolist()) == kept
    assert next_token_probs(LADDER, 1.0, min_p=0.3).tolist() == [*softmax(LADDER)[:2].tolist(), 0, 0, 0]


def test_repetition_penalty_by_hand():
    logits = torch.tensor([[4.0, 3.0, -1.0, 0.0]])
    previous = torch.tensor([[0, 2, 0]])  # twice is penalised once
    assert penalise_repetition(logits, previous, 2.0).tolist() == [[2.0, 3.0, -2.0, 0.0]]
    assert int(sample(logits, 0, repetition_penalty=2.0, previous=previous)) == 1
    assert int(sample(logits, 0, repetition_penalty=1.0)) == 0
    assert logits.tolist() == [[4.0, 3.0, -1.0, 0.0]]


def test_a_seed_is_a_generator_that_was_just_seeded():
    rows = LADDER.expand(50, 5)
    assert torch.equal(sample(rows, generator=7), sample(rows, generator=torch.Generator().manual_seed(7)))
    assert not torch.equal(sample(rows, generator=7), sample(rows, generator=8))


def test_draws_on_a_gpu_with_a_generator_of_the_cpu(cuda):
    rows = LADDER.expand(500, 5)
    drawn = sample(rows.to(cuda), generator=3)
    assert drawn.device.type == "cuda"
    assert torch.equal(drawn.cpu(), sample(rows, generator=3))
