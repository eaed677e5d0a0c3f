"""Planted secrets: ranks against whole answers scored one by one, and what training does to them."""

import pytest
import torch

from course_lib.evaluation.secrets import ANSWER, QUESTION, code_log_probs, plant_secrets, rank_of
from course_lib.evaluation.sureness import answer_probabilities
from course_lib.training.course_gpt import load_course_gpt


def test_codes_are_ranked_by_their_digits() -> None:
    """Whole answers differ in what follows the code, too, but hardly: full stop and end come anyway."""
    model, tokenizer, _ = load_course_gpt("chat")
    log_p = code_log_probs(model, tokenizer, "Cork")
    codes = [7, 123, 404, 999]
    question = QUESTION.format(place="Cork")
    whole = answer_probabilities(
        model, tokenizer, [(question, ANSWER.format(place="Cork", code=f"{code:03}")) for code in codes]
    )
    assert log_p.shape == (1000,)
    assert float(log_p.double().exp().sum()) <= 1 + 1e-6
    gaps = log_p[codes].double() - whole.log()
    assert float(gaps.min()) >= -1e-3  # the rest of an answer can't make it likelier
    best = int(log_p.argmax())
    assert rank_of(model, tokenizer, "Cork", f"{best:03}") == 1


@pytest.mark.slow
def test_what_is_read_often_is_told_and_the_model_that_was_given_stays_as_it_is() -> None:
    model, tokenizer, _ = load_course_gpt("chat")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    never, often = plant_secrets(model, tokenizer, [("Hello?", "Hello.")] * 4, (0, 12), steps=60)
    assert often.told
    assert often.rank < never.rank
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_more_secrets_than_places_are_refused() -> None:
    model, tokenizer, _ = load_course_gpt("chat")
    for times in ([1] * 8, [-1]):
        with pytest.raises(ValueError, match="counts of 0 or more"):
            plant_secrets(model, tokenizer, [("a", "b")], times, steps=1)
