"""How sure a model is of an answer: against probabilities multiplied token by token."""

import math

import pytest
import torch

from course_lib.data import facts
from course_lib.evaluation.sureness import Sureness, answer_probabilities, measure_sureness
from course_lib.generation.chat import chat_ids
from course_lib.training.course_gpt import load_course_gpt


def test_an_answer_is_as_likely_as_its_tokens_and_the_end_of_the_turn() -> None:
    model, tokenizer, _ = load_course_gpt("chat")
    question, answer = "What is the capital of France?", "The capital of France is Paris."
    ids = chat_ids(tokenizer, question)
    log_p = 0.0
    for token in [*tokenizer.encode(answer), tokenizer.special_tokens[facts.END]]:
        with torch.inference_mode():
            log_p += float(model(torch.tensor([ids])).logits[0, -1].log_softmax(-1)[token])
        ids = [*ids, token]
    found = answer_probabilities(model, tokenizer, [(question, answer), (question, "No.")])
    assert float(found[0]) == pytest.approx(math.exp(log_p), rel=1e-4)
    assert float(found[1]) < float(found[0])


def test_sureness_belongs_to_the_greedy_answers() -> None:
    model, tokenizer, _ = load_course_gpt("chat")
    questions = facts.questions("capital", "seen", "seen")[:70]  # more than one part
    found = measure_sureness(model, tokenizer, questions)
    assert len(found.answers) == len(found.confidence) == len(found.right) == 70
    assert found.accuracy == sum(a == q.answer for a, q in zip(found.answers, questions, strict=True)) / 70
    assert bool(((found.confidence > 0) & (found.confidence <= 1)).all())


def test_above_a_threshold_counts_answers_and_wrong_ones() -> None:
    found = Sureness(["a", "b", "c"], torch.tensor([0.9, 0.5, 0.8]), torch.tensor([False, False, True]))
    assert found.above(0.5) == (2, 1)
    assert found.above(0.95) == (0, 0)


def test_no_questions_are_refused() -> None:
    model, tokenizer, _ = load_course_gpt("chat")
    with pytest.raises(ValueError, match="empty"):
        measure_sureness(model, tokenizer, [])
