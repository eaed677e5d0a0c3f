"""The n-gram model against counting in plain Python with exact fractions."""

import math
import random
from collections import Counter
from fractions import Fraction

import pytest
import torch

from course_lib.models.ngram import NGram

VOCAB = 4


def text(length: int, seed: int = 0, vocab: int = VOCAB) -> list[int]:
    """A text in which some runs come often and some never."""
    rng = random.Random(seed)
    return [min(rng.randrange(vocab), rng.randrange(vocab)) for _ in range(length)]


def followers(ids: list[int], context: list[int]) -> Counter[int]:
    """What came after a context, found by looking at every place of the text."""
    n = len(context)
    return Counter(ids[i] for i in range(n, len(ids)) if ids[i - n : i] == context)


def add_k(ids: list[int], context: list[int], token: int, k: Fraction) -> Fraction:
    seen = followers(ids, context)
    return (seen[token] + k) / (seen.total() + k * VOCAB)


def witten_bell(ids: list[int], context: list[int] | None, token: int) -> Fraction:
    """The definition, from the longest context down; `None` is below the empty one: all tokens alike."""
    if context is None:
        return Fraction(1, VOCAB)
    shorter = witten_bell(ids, context[1:] if context else None, token)
    seen = followers(ids, context)
    if not seen:
        return shorter
    return (seen[token] + len(seen) * shorter) / (seen.total() + len(seen))


def window(ids: list[int], order: int) -> list[int]:
    return ids[max(len(ids) - order + 1, 0) :]


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(3))
def test_probabilities_agree_with_exact_fractions(order: int, seed: int) -> None:
    ids = text(60, seed)
    smooth, added = NGram(ids, VOCAB, order), NGram(ids, VOCAB, order, "add-k", k=0.25)
    for context in ([], [0], [3, 3], text(3, seed + 9), text(7, seed + 5)):
        seen = window(context, order)
        expected = [float(witten_bell(ids, seen, token)) for token in range(VOCAB)]
        assert smooth.probs(context).tolist() == pytest.approx(expected, rel=1e-12)
        expected = [float(add_k(ids, seen, token, Fraction(1, 4))) for token in range(VOCAB)]
        assert added.probs(context).tolist() == pytest.approx(expected, rel=1e-12)
        assert smooth.counts(context) == followers(ids, seen)


@pytest.mark.parametrize("smoothing", ["add-k", "witten-bell"])
@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("length", [2, 3, 40])
def test_the_loss_of_a_text_is_that_of_its_tokens_one_by_one(smoothing: str, order: int, length: int) -> None:
    model, new = NGram(text(50), VOCAB, order, smoothing), text(length, seed=4)
    one_by_one = [math.log(model.probs(new[:i])[new[i]]) for i in range(1, length)]
    assert model.log_probs(new).tolist() == pytest.approx(one_by_one, rel=1e-12)
    assert model.loss(new) == pytest.approx(-sum(one_by_one) / len(one_by_one))


@pytest.mark.parametrize("smoothing", ["add-k", "witten-bell"])
def test_probabilities_are_above_zero_and_add_up_to_one(smoothing: str) -> None:
    for order in (1, 2, 3, 6):
        for ids in ([0], [2, 2, 2], text(30)):
            for context in ([], [1], [2, 2], [3, 1, 0, 2, 1]):
                p = NGram(ids, VOCAB, order, smoothing).probs(context)
                assert float(p.min()) > 0
                assert float(p.sum()) == pytest.approx(1)


def test_a_context_that_was_never_seen_leaves_the_word_to_the_shorter_one() -> None:
    ids = [0, 1, 2, 0, 1, 2]
    model = NGram(ids, VOCAB, 3)
    assert torch.equal(model.probs([3, 1]), NGram(ids, VOCAB, 2).probs([1]))
    assert torch.allclose(NGram(ids, VOCAB, 3, "add-k").probs([3, 1]), torch.full((VOCAB,), 0.25).double())


def test_writing_follows_the_bare_counts_and_the_seed() -> None:
    ids = text(200)
    ids += ids[:2]  # so that the last context, too, has been followed by something
    model = NGram(ids, VOCAB, 3)
    written = model.generate([0], 300, torch.Generator().manual_seed(1))
    assert len(written) == 301
    assert set(zip(written, written[1:], written[2:], strict=False)) <= set(
        zip(ids, ids[1:], ids[2:], strict=False)
    )
    assert written == model.generate([0], 300, torch.Generator().manual_seed(1))
    assert written != model.generate([0], 300, torch.Generator().manual_seed(2))
    assert model.generate([2, 1], 0, torch.Generator()) == [2, 1]


def test_the_draws_have_the_shares_of_the_counts_or_of_the_smoothed_model() -> None:
    ids = [0, 1] * 30 + [0, 2] * 10
    for smooth, expected in ((False, [0, 0.75, 0.25, 0]), (True, NGram(ids, VOCAB, 2).probs([0]).tolist())):
        dice, model = torch.Generator().manual_seed(0), NGram(ids, VOCAB, 2)
        drawn = Counter(model.generate([0], 1, dice, smooth)[-1] for _ in range(2000))
        for token, p in enumerate(expected):
            assert abs(drawn[token] / 2000 - p) <= 5 * math.sqrt(p * (1 - p) / 2000)


def test_a_text_that_ends_in_something_new_can_still_be_continued() -> None:
    model = NGram([0, 1, 2, 3], VOCAB, 2)
    assert model.generate([3], 4, torch.Generator().manual_seed(0))[0] == 3
    assert len(model) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"order": 0}, "order=0"),
        ({"order": 40}, "below 2"),
        ({"vocab_size": 0}, "vocab_size=0"),
        ({"smoothing": "none"}, "smoothing='none'"),
        ({"k": 0}, "k=0"),
        ({"k": math.nan}, "k=nan"),
        ({"ids": []}, "ids is empty"),
        ({"ids": [0, 4]}, "the id 4"),
        ({"ids": [-1]}, "the id -1"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NGram(**{"ids": [0, 1, 2], "vocab_size": VOCAB, "order": 2, **change})


def test_texts_are_checked_too() -> None:
    model = NGram([0, 1, 2], VOCAB, 2)
    with pytest.raises(ValueError, match="at least 2"):
        model.loss([1])
    with pytest.raises(ValueError, match="the id 9"):
        model.probs([9])
