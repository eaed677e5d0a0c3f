"""The matrix counts and times what it says; rounding keeps the shape; break-even is a quotient."""

from __future__ import annotations

import pytest
import torch

from course_lib.data import facts
from course_lib.explore.model_choice import (
    Measured,
    System,
    begun_sentence,
    break_even_requests,
    chat_system,
    held_out_questions,
    line_up,
    matrix_rows,
    measure_system,
    rounded,
)
from course_lib.training.course_gpt import load_course_gpt

BASE, TOKENIZER, _ = load_course_gpt("base")
CHAT = load_course_gpt("chat")[0]


def test_a_begun_sentence_is_the_answer_up_to_the_word_that_is_asked_for() -> None:
    for question in facts.questions("all"):
        begun = begun_sentence(question)
        assert question.answer.startswith(f"{begun} {question.value}")
        assert question.value not in begun or question.value in question.country


def test_right_answers_are_counted_and_each_call_is_timed_once() -> None:
    questions = facts.questions("capital")[:10]
    asked: list[str] = []

    def answer(question: facts.Question) -> str:
        asked.append(question.text)
        return question.value if len(asked) % 2 else "no idea"

    found = measure_system(System("half", answer, weights=70, cache=30), questions)
    assert len(asked) == 11, "one call to warm up"
    assert (found.right, found.n, len(found.seconds), found.memory) == (5, 10, 10, 100)
    with pytest.raises(ValueError, match="at least one"):
        measure_system(System("none", answer, 0), [])


def test_costs_follow_from_seconds_and_price() -> None:
    measured = Measured("two seconds each", 1, 2, [2.0, 2.0], 5)
    assert measured.usd_per_1000(1.8) == pytest.approx(1.0)
    assert measured.p95_ms == 2000
    assert matrix_rows([measured], 1.8)[0][0] == "two seconds each"
    assert measured.row(1.8)["cost"] == pytest.approx(1.0)
    assert break_even_requests(0.001, 1000) == pytest.approx(1_000_000)
    with pytest.raises(ValueError, match="above 0"):
        break_even_requests(0, 1000)


def test_rounded_weights_have_few_values_in_a_row_and_the_model_stays() -> None:
    before = CHAT.embed.weight.clone()
    copy = rounded(CHAT, 3)
    assert torch.equal(CHAT.embed.weight, before)
    for parameter in copy.parameters():
        if parameter.ndim == 2:
            assert max(len(row.unique()) for row in parameter[:20]) <= 2**3 - 1
    step = before.abs().amax(dim=1, keepdim=True) / 3
    assert ((copy.embed.weight - before).abs() <= step / 2 + 1e-6).all()
    with pytest.raises(ValueError, match="2 to 16"):
        rounded(CHAT, 1)


def test_fewer_bits_are_less_memory() -> None:
    whole, small = (chat_system("chat", CHAT, TOKENIZER, bits=bits).weights for bits in (32, 4))
    assert whole == 4 * CHAT.num_parameters()
    assert whole / 8 < small < whole / 5


def test_the_held_out_questions_are_drawn_once_and_unseen() -> None:
    assert held_out_questions(20) == held_out_questions(20)
    assert not any(question.seen_wording for question in held_out_questions(20))


@pytest.mark.slow
def test_the_line_up_says_what_the_lesson_says() -> None:
    asked = held_out_questions(24)
    right = {s.name: measure_system(s, asked).accuracy for s in line_up(BASE, CHAT, TOKENIZER)}
    assert len(right) == 7
    assert right["5-gram, question"] < 0.1 < 0.9 < right["5-gram, begun"]
    assert right["base, question"] < 0.5 < right["chat"]
    assert abs(right["chat"] - right["chat, 4 bits"]) < 0.15
