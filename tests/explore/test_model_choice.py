"""The matrix counts and times what it says; rounding keeps the shape; break-even is a quotient."""

from __future__ import annotations

import pytest
import torch

from course_lib.data import facts
from course_lib.evaluation.intervals import wilson_interval
from course_lib.explore.model_choice import (
    NEW_WORDINGS,
    Measured,
    System,
    begun_sentence,
    break_even_requests,
    chat_beside_others,
    chat_system,
    line_up,
    matrix_rows,
    measure_all,
    measure_system,
    own_machine_pays,
    rounded,
    unseen_questions,
    unseen_wordings,
)
from course_lib.packet.kinds import says
from course_lib.training.course_gpt import load_course_gpt

BASE, TOKENIZER, _ = load_course_gpt("base")
CHAT = load_course_gpt("chat")[0]


def test_a_begun_sentence_is_the_answer_up_to_the_word_that_is_asked_for() -> None:
    for question in facts.questions("all"):
        begun = begun_sentence(question)
        assert question.answer.startswith(f"{begun} {question.value}")
        assert question.value not in begun or question.value in question.country


def measured(*wordings: list[bool], name: str = "chat", seconds: float = 0.1) -> Measured:
    n = sum(map(len, wordings))
    return Measured(name, {f"wording {i}": rights for i, rights in enumerate(wordings)}, [seconds] * n, 5)


def test_right_answers_are_counted_by_wording_and_each_call_is_timed_once() -> None:
    questions = facts.questions("capital")[:10]
    asked: list[str] = []

    def answer(question: facts.Question) -> str:
        asked.append(question.text)
        return question.value if len(asked) % 2 else "no idea"

    found = measure_system(System("half", answer, weights=70, cache=30), questions)
    assert len(asked) == 11, "one call to warm up"
    assert (found.right, found.n, len(found.seconds), found.memory) == (5, 10, 10, 100)
    assert len(found.by_wording) == 10
    with pytest.raises(ValueError, match="at least one"):
        measure_system(System("none", answer, 0), [])


@pytest.mark.parametrize(
    ("kind", "name", "answer"),
    [
        ("capital", "Tunisia", "The capital of Tunisia is Tunisia."),
        ("currency", "France", "The continent of France is Europe."),
        ("language", "Germany", "Many people in Germany speak a lot."),
        ("language", "Thailand", "Many people in Thailand speak Vietnamese."),
    ],
)
def test_a_word_inside_another_word_is_no_right_answer(kind: facts.Kind, name: str, answer: str) -> None:
    (question, *_) = [q for q in facts.questions(kind) if q.country == name]
    assert question.value.casefold() in answer.casefold()
    assert measure_system(System("repeats", lambda _: answer, 0), [question]).right == 0
    assert measure_system(System("knows", lambda q: q.answer, 0), [question]).right == 1


def test_more_questions_of_the_same_wordings_make_no_interval_narrower() -> None:
    few = measured([True], [True], [False], [True])
    many = measured(*([right] * 25 for right in (True, True, False, True)))
    assert few.accuracy == many.accuracy == 0.75
    assert few.interval == many.interval == wilson_interval(3, 4)


def test_the_finding_is_about_the_system_that_was_asked_for() -> None:
    other = measured([True, True], [True, True], name="counts")
    finding = chat_beside_others([other, measured([True, False], [False, False])], 1.8)
    assert finding.measured == "25%"
    assert "*counts*" in finding.says
    assert (
        '4 questions in 2 wordings. It fails whenever it is asked in 1 of them, such as "wording 1"'
        in finding.says
    )


def test_costs_follow_from_seconds_and_price() -> None:
    two = measured([True], [False], name="two seconds each", seconds=2.0)
    assert two.usd_per_1000(1.8) == pytest.approx(1.0)
    assert two.p95_ms == 2000
    assert matrix_rows([two], 1.8)[0][0] == "two seconds each"
    assert break_even_requests(0.001, 1000) == pytest.approx(1_000_000)
    with pytest.raises(ValueError, match="above 0"):
        break_even_requests(0, 1000)


@pytest.mark.parametrize(("tickets", "cheaper"), [(36_000, "hosted"), (2_000_000, "your own machine")])
def test_the_cheaper_place_is_named(tickets: int, cheaper: str) -> None:
    finding = own_machine_pays(0.001, 1000, tickets)
    assert finding.measured == "1,000,000"
    assert f"At {tickets:,} tickets *{cheaper}* is cheaper" in finding.says
    assert finding.show is not None
    assert "1,000,000 tickets" in finding.show("5").sentence


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


def test_no_model_was_trained_on_the_wordings() -> None:
    wordings = unseen_wordings()
    assert len(wordings) == len(set(wordings)) >= 30
    trained = {
        (kind, form) for kind in facts.KINDS for i, form in enumerate(facts.QUESTIONS[kind])
        if i not in facts.HELD_OUT_WORDINGS[kind]
    }  # fmt: skip
    assert not trained & set(wordings)
    for kind, forms in NEW_WORDINGS.items():
        assert not set(forms) & set(facts.QUESTIONS[kind]), kind


def test_every_wording_is_asked_equally_often_about_different_countries() -> None:
    asked = unseen_questions(3)
    assert asked == unseen_questions(3)
    assert len(asked) == 3 * len(unseen_wordings())
    for number, (kind, form) in enumerate(unseen_wordings()):
        own = [q for q in asked if q.wording == number]
        assert len({q.country for q in own}) == 3
        for q in own:
            assert q.text == form.format(name=q.country)
            assert q.value == getattr(facts.country(q.country), kind)
            assert says(q.answer, q.value)
    with pytest.raises(ValueError, match="each=0"):
        unseen_questions(0)


@pytest.mark.slow
def test_the_line_up_says_what_the_lesson_says() -> None:
    asked = unseen_questions(1)
    right = {m.name: m.accuracy for m in measure_all(line_up(BASE, CHAT, TOKENIZER), asked)}
    assert len(right) == 7
    assert right["5-gram, question"] < 0.1 < 0.9 < right["5-gram, begun"]
    assert right["base, question"] < 0.3 < right["chat"] < 0.9
    assert abs(right["chat"] - right["chat, 4 bits"]) < 0.15
