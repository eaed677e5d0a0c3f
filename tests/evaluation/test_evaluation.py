"""Measures against closed forms and by hand."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.data import facts
from course_lib.evaluation import accuracy
from course_lib.evaluation.intervals import wilson_interval
from course_lib.evaluation.perplexity import bits_per_byte, perplexity, token_loss
from course_lib.generation.chat import Answer
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.tokenizers.bpe import BytePairTokenizer


def small_gpt() -> GPT:
    return GPT(
        GPTConfig(vocab_size=19, context=8, n_layer=1, n_head=2, n_embd=8), torch.Generator().manual_seed(0)
    ).double()


@pytest.mark.parametrize("length", [2, 8, 9, 10, 16, 17, 50])
def test_every_token_but_the_first_is_predicted_once(length):
    model = small_gpt()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(10)
    ids = torch.randint(19, (length,), generator=torch.Generator().manual_seed(1))
    total = 0.0
    for start in range(0, length - 1, 8):
        window = ids[start : start + 9]
        log_p = model(window[None, :-1]).logits[0].log_softmax(-1).detach()
        total -= float(sum(log_p[t, window[t + 1]] for t in range(len(window) - 1)))
    for batch_size in (1, 3):
        assert token_loss(model, ids.tolist(), batch_size) == pytest.approx(total / (length - 1), rel=1e-12)


def test_uniform_model_has_the_perplexity_of_its_vocabulary():
    model = small_gpt()
    with torch.no_grad():
        model.embed.weight.zero_()
    assert perplexity(token_loss(model, list(range(19)))) == pytest.approx(19)


def test_bits_per_byte_by_hand():
    # 256 equally likely tokens of one byte each cost 8 bits per byte; tokens of 4 bytes a quarter of it
    assert bits_per_byte(math.log(256), 10, 10) == pytest.approx(8)
    assert bits_per_byte(math.log(256), 10, 40) == pytest.approx(2)


@settings(deadline=None)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_wilson_bounds_solve_wilsons_equation(counts, confidence):
    """Both bounds p satisfy (k/n - p)^2 = z^2 p (1 - p) / n, with z from torch's error function."""
    k, n = counts
    z = float(torch.erfinv(torch.tensor(confidence, dtype=torch.float64)) * math.sqrt(2))
    low, high = wilson_interval(k, n, confidence)
    assert 0 <= low <= k / n <= high <= 1
    for p in (low, high):
        assert (k / n - p) ** 2 == pytest.approx(z * z * p * (1 - p) / n, abs=1e-9)


def test_wilson_known_value():
    low, high = wilson_interval(36, 40)
    assert (low, high) == pytest.approx((0.769, 0.960), abs=1e-3)


def test_accuracy_counts_whole_answers_that_end(monkeypatch):
    asked = facts.questions()[:4]
    said = [
        Answer(asked[0].answer, True),
        Answer(asked[1].answer, False),
        Answer(asked[2].answer + " Yes.", True),
        Answer("", True),
    ]
    monkeypatch.setattr(accuracy, "ask_all", lambda *_: said)
    model, tokenizer = small_gpt(), BytePairTokenizer([], facts.SPECIAL_TOKENS)
    result = accuracy.exact_match(model, tokenizer, asked)
    assert (result.right, result.ended, result.n) == (1, 3, 4)
    assert result.share == 0.25
    assert result.interval == wilson_interval(1, 4)
    assert "1 of 4" in str(result)


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input():
    with pytest.raises(ValueError, match="at least 2"):
        token_loss(small_gpt(), [1])
    for ids, message in (([1, 10**6], "ids has 1000000"), ([1, -1], "ids has -1"), ([1, 2.5], "ids has 2.5")):
        with pytest.raises(ValueError, match=message):
            token_loss(small_gpt(), ids)
    with pytest.raises(ValueError, match="batch_size=0"):
        token_loss(small_gpt(), [1, 2], 0)
    with pytest.raises(ValueError, match="n_bytes=0"):
        bits_per_byte(1.0, 1, 0)
    with pytest.raises(ValueError, match="successes=5, n=4"):
        wilson_interval(5, 4)
    with pytest.raises(ValueError, match="confidence=1"):
        wilson_interval(1, 4, 1.0)
    with pytest.raises(ValueError, match="questions is empty"):
        accuracy.exact_match(small_gpt(), BytePairTokenizer([]), [])
