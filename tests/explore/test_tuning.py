"""Lesson 11: what is measured is what is said, and the kept runs carry what text and quiz say."""

from __future__ import annotations

import pytest
import torch

from course_lib.alignment.policy_gradient import Example
from course_lib.data import facts
from course_lib.explore import beta_sweep, knowledge, reward_hack, tuning, ways_to_adapt, wrong_facts
from course_lib.explore.beta_sweep import BETAS, kept_sweep
from course_lib.explore.tuning_runs import SEEDS, kept
from course_lib.generation.chat import Answer
from course_lib.training.three_stages import PADDING

BASE, TOKENIZER = tuning.shipped_base()


def test_the_kept_runs_carry_what_the_lesson_says() -> None:
    for run in kept()["without reading"]:
        assert run["new country"] == 0
        assert run["asked in tuning"] > 0.95
    assert all(
        0.5 < row["lies"] / row["asked"] < 0.85 for row in kept()["wrong facts"]["consistent, fewer steps"]
    )
    for name in ("consistent", "at random"):
        rows = kept()["wrong facts"][name]
        assert len(rows) == len(SEEDS)
        for row in rows:
            repeated = row["lies"] / row["asked"]
            assert repeated > 0.85 if name == "consistent" else repeated < 0.05
            if name == "consistent":  # quiz: "about as surely as the rest", "never said it"
                assert abs(row["sure_of_lies"] - row["sure_of_others"]) < 0.1
                assert row["truths"] == 0
    ways = kept()["ways"]
    for row in ways:
        manual = {name: one["the manual"] for name, one in row["bits"].items()}
        assert manual[ways_to_adapt.LORA] > manual[ways_to_adapt.SFT] + 0.3
    third = ways[2]["right"]  # quiz: "in the third run beforehand it did"
    assert third[ways_to_adapt.SFT] > third[ways_to_adapt.LORA]
    assert ways[0]["right"][ways_to_adapt.LORA] - ways[0]["right"][ways_to_adapt.SFT] == 8
    assert sum(ways[0]["ahead"]) == 7  # quiz: "seven wordings"


def test_the_sweep_is_what_its_sentence_says() -> None:
    same_beta = [rows[1 + BETAS.index(beta_sweep.GENTLE[0])] for rows in kept_sweep()]
    for gentle, hard in zip(kept()["gentle"], same_beta, strict=True):
        assert gentle["right"] > hard.right + 0.3
        assert gentle["kl"] < hard.kl
    for rows in kept_sweep():
        assert [row.beta for row in rows] == [0.0, *BETAS]
        assert min(row.preferred for row in rows[1:]) == 1
        assert [row.kl for row in rows[1:]] == sorted((row.kl for row in rows[1:]), reverse=True)
        right = [row.right for row in rows[1:]]
        assert right == sorted(right)
        assert right[0] < 0.05 < 0.7 < right[-1] < rows[0].right
    picture = beta_sweep.draw_sweep(kept_sweep(), kept_sweep()[0][1], "30 %")
    assert "median of 3 seeds" in picture.sentence


def test_right_means_word_for_word_and_ended() -> None:
    question = facts.questions("capital", "held_out", "seen")[0]
    for text, ended, right in (
        (question.answer, True, True),
        (question.answer + PADDING, True, True),
        (question.answer + PADDING + PADDING, True, False),
        (question.answer, False, False),
        ("No.", True, False),
    ):
        assert tuning.is_right(Answer(text, ended), question) is right
    with pytest.raises(ValueError, match="questions is empty"):
        tuning.count_right(BASE, TOKENIZER, [])


@pytest.mark.parametrize("way", ["all weights", "LoRA"])
def test_tuning_leaves_the_shipped_model_and_what_tokens_mean(way) -> None:
    before = {name: weight.clone() for name, weight in BASE.state_dict().items()}
    model = tuning.fine_tune(tuning.both_clerks(TOKENIZER, tuning.seen_questions()[:20]), 0, 12, way)
    assert all(torch.equal(weight, before[name]) for name, weight in BASE.state_dict().items())
    marks = list(TOKENIZER.special_tokens.values())
    words = [i for i in range(len(BASE.embed.weight)) if i not in marks]
    assert torch.equal(model.embed.weight[words], BASE.embed.weight[words])
    assert not torch.equal(model.blocks[0].attention.qkv.weight, BASE.blocks[0].attention.qkv.weight)
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_bits_name_their_text() -> None:
    found = tuning.bits(BASE, 800)
    assert list(found) == ["the manual", "fact texts"]
    assert found["fact texts"] < 0.3 < 1.5 < found["the manual"]
    finding = knowledge.what_it_forgot({"base": BASE, "the same": BASE})
    assert "1.93 on the manual" in finding.says


def test_lies_are_a_tenth_and_are_lies() -> None:
    lies = wrong_facts.draw_lies(0)
    assert len(lies) == 14
    for (name, kind), lie in lies.items():
        assert name not in facts.HELD_OUT_COUNTRIES
        assert lie != getattr(facts.country(name), kind)
    question = facts.questions("city", "seen", "seen")[0]
    assert wrong_facts.with_lie(question, "Paris") == f"A large city in {question.country} is Paris."


def test_the_models_own_sentence_is_the_truth() -> None:
    questions = ways_to_adapt.new_countries()
    assert len(questions) == 272
    answers = ways_to_adapt.from_own_sentence(BASE, TOKENIZER, questions[:10])(
        [q.text for q in questions[:10]]
    )
    assert all(answer.startswith(q.answer) for answer, q in zip(answers, questions, strict=False))


def test_a_reward_gets_the_question_and_the_answer(monkeypatch) -> None:
    monkeypatch.setattr(reward_hack, "STEPS", 2)
    asked = set()

    def reward(question: str, answer: str) -> float:
        asked.add(question)
        assert not answer.endswith(facts.END)
        return len(answer) / 10

    model, hunt = reward_hack.train_on(BASE, TOKENIZER, reward)
    assert asked <= {q.text for q in tuning.seen_questions()}
    assert len(hunt.rewards) == 2
    assert model is not BASE
    finding = reward_hack.reward_against_goal(hunt, "length")
    assert finding.says.startswith("Length went from")
    assert finding.show(None).sentence


def test_a_preferred_pair_is_seen() -> None:
    """Both sides of a pair are answers to one question, the brief one first."""
    from course_lib.training.three_stages import preferences

    pair = preferences(TOKENIZER, beta_sweep.judged()[:1])[0]
    assert isinstance(pair.chosen, Example)
    assert len(pair.chosen.ids) < len(pair.rejected.ids)
    model = beta_sweep.how_it_is(BASE, BASE, TOKENIZER, 0.0)
    assert model.kl == pytest.approx(0, abs=1e-6)
    assert model.right == 0
