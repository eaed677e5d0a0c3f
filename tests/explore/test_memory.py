"""Lesson 06: what is measured is what is said, and the surprises are there with other seeds, too."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest
import torch

from course_lib.evaluation.conversation import NAMES, LengthCurve
from course_lib.explore import back_in_time, carried_state, chatbot, letter_writer, recall_back, word_order
from course_lib.explore.plots import share_range
from course_lib.explore.threads import one_thread


@cache
def bot() -> chatbot.Chatbot:
    return chatbot.train_chatbot(0)


def test_one_thread_gives_the_threads_back() -> None:
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


# --- word order -------------------------------------------------------------------------------------------------


def test_every_sentence_has_two_nouns_and_its_reverse() -> None:
    sentences = {tuple(sentence) for sentence in word_order.all_sentences().tolist()}
    assert len(sentences) == 528
    assert all(a != b and (b, verb, a) in sentences for a, verb, b in sentences)


@pytest.mark.parametrize("seed", [11, 12])
def test_a_bag_of_words_is_below_a_coin_and_reading_in_order_is_not(seed: int) -> None:
    right, trapped, other, one_of_two = word_order.learn_who_bites("bag of words", seed)
    assert right < 0.3
    assert trapped < 0.05
    assert other == pytest.approx(0.5)
    assert one_of_two == 1.0
    assert word_order.learn_who_bites("recurrent network", seed)[0] > 0.97
    with pytest.raises(ValueError, match="model"):
        word_order.learn_who_bites("bag", seed)


def test_what_is_said_of_the_bag_follows_from_the_numbers() -> None:
    network = word_order.WhoBites("recurrent network", [0.9], [0.9], [0.9], [1.0])
    trapped = word_order.WhoBites("bag of words", [0.1], [0.0], [0.5], [1.0])
    fair = word_order.WhoBites("bag of words", [0.6], [0.6], [0.6], [1.0])
    assert "opposite answer" in word_order.say_who_bites(trapped, network)
    assert "opposite answer" not in word_order.say_who_bites(fair, network)
    picture = word_order.draw_who_bites([trapped, network], "50%")
    assert "10%" in picture.sentence


# --- gradients --------------------------------------------------------------------------------------------------


def test_gradients_vanish_less_with_gates_and_explode_with_large_weights() -> None:
    found = {one.name: one.middle for one in back_in_time.measure_reach(range(3))}
    for back in (20, 40, 59):
        assert found["RNN"][back] < found["GRU"][back] < found["LSTM"][back] < 1
    assert found["RNN, weights x 3"][59] > found["RNN, weights x 2"][59] > found["LSTM"][59]
    assert all(row[0] == 1.0 for row in found.values())


def test_clipping_saves_the_one_weight() -> None:
    wild, tame = back_in_time.one_weight_path(None), back_in_time.one_weight_path(1.0)
    assert wild[1] == pytest.approx(1.1 - 0.01 * 40 * (1.1**20 - 1) * 1.1**19)
    assert not math.isfinite(wild[-1])
    assert tame[-1] == pytest.approx(1.0, abs=1e-3)
    assert all(abs(after - before) <= 0.01 + 1e-12 for before, after in pairwise(tame))
    assert "1.00" in back_in_time.clipping_saves().says


def test_keep_is_near_seven_tenths_before_training() -> None:
    cell = back_in_time.RNN(back_in_time.RNNConfig(8, 32, "lstm"), torch.Generator().manual_seed(0)).cell
    _, keep, _, _ = (cell.input(torch.eye(8)) + cell.recurrent(torch.zeros(8, 32))).chunk(4, dim=-1)
    assert float(keep.detach().sigmoid().mean()) == pytest.approx(0.7, abs=0.05)


# --- recall -----------------------------------------------------------------------------------------------------


def test_the_shipped_recalls_carry_what_the_lesson_says() -> None:
    by_reader = {
        reader: [one for one in recall_back.kept_recalls() if one.reader == reader]
        for reader in recall_back.READERS
    }
    assert {len(runs) for runs in by_reader.values()} == {len(recall_back.KEPT_SEEDS)}
    for plain, gated, attention in zip(*by_reader.values(), strict=True):
        assert plain.kept > gated.kept + 3
        assert gated.right[-1] > 0.3
        assert all(one > other for one, other in zip(plain.right[:12], gated.right[:12], strict=True))
        assert min(attention.right) > 0.99
        assert 5000 < gated.weights <= attention.weights < 6500


def test_a_short_training_can_be_done_again() -> None:
    one, same = (recall_back.train_recall("attention", seed=3, steps=60) for _ in range(2))
    assert one == same
    assert len(one.right) == recall_back.LENGTH
    assert one.kept > recall_back.LENGTH * recall_back.CHANCE


def test_the_tiles_show_what_was_measured() -> None:
    found = {
        reader: recall_back.Recall(reader, 0, 5000, 1, [1 - back / 20 for back in range(16)])
        for reader in recall_back.READERS
    }
    picture = recall_back.draw_recalls(found, 8, "40%")
    tiles = [text.get_text() for text in picture.figure.axes[0].texts]
    assert len(tiles[:16]) == 16
    assert tiles[15] == "100"
    assert tiles[0] == "25"
    said = recall_back.say_recalls(found, 8, 0.65, 0.65)
    assert "did not win" not in said
    assert "oldest* symbol" not in said


# --- pieces -----------------------------------------------------------------------------------------------------


def test_a_carried_state_knows_and_a_reset_one_guesses() -> None:
    carried, reset = (
        carried_state.by_distance(carried_state.train_reader(flag, 4)) for flag in (False, True)
    )
    assert min(carried.values()) > 0.95
    assert reset[3] > 0.95, "within a piece nothing is lost"
    assert all(reset[distance] < 0.25 for distance in (8, 14, 20, 27))


def test_a_state_that_is_kept_names_the_previous_secret() -> None:
    reader = carried_state.train_reader(False, 4)
    assert carried_state.named_to_the_next(reader, keep=True) > 0.95
    assert carried_state.named_to_the_next(reader, keep=False) < 0.25


def test_documents_begin_with_a_secret_and_ask_where_they_should() -> None:
    ids, secrets = carried_state.make_documents(50, torch.Generator().manual_seed(0))
    assert torch.equal(ids[:, 0], secrets)
    assert bool((ids[:, 1:] >= carried_state.SECRETS).all()), "no other secret is in the document"
    ids, _ = carried_state.make_documents(5, torch.Generator().manual_seed(0), asked_at=8)
    assert ids.shape == (5, 9)
    assert bool((ids[:, 8] == carried_state.ASK).all())


def test_a_spread_is_written_once_where_all_are_equal() -> None:
    assert share_range([1.0, 1.0]) == "100%"
    assert share_range([0.104, 0.12]) == "10% to 12%"


# --- letter by letter --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [("xyabababab", (2, 2)), ("aaaa", (0, 1)), ("abcdefgh", None), ("", None), ("abcabcabd", None)],
)
def test_loops_are_found_at_the_end_of_a_text(text: str, found: tuple[int, int] | None) -> None:
    assert letter_writer.loop_length(text) == found


def test_a_writer_writes_the_same_with_the_same_seed() -> None:
    writer = letter_writer.train_writer(letter_writer.everyday_text(), steps=12, stages=(0, 12))
    assert [step for step, *_ in writer.stages] == [0, 12]
    assert writer.losses[-1] < writer.losses[0]
    one, same, other = (
        letter_writer.write(writer.model, writer.tokenizer, 30, seed=seed) for seed in (1, 1, 2)
    )
    assert one == same != other
    assert letter_writer.whole_sentences("A b.\nC d. E") == ["A b", "C d"]
    whole, first = (letter_writer.log_probability(writer.model, writer.tokenizer, t) for t in ("sat", "s"))
    rest = letter_writer.log_probability(writer.model, writer.tokenizer, "at", letter_writer.PROMPT + "s")
    assert whole == pytest.approx(first + rest, rel=1e-4)


# --- the chatbot ------------------------------------------------------------------------------------------------


def test_the_bot_knows_short_talks_and_loses_long_ones() -> None:
    curve = chatbot.measure_lengths(bot())
    assert min(curve.accuracy[:3]) > 0.95
    assert curve.accuracy[-1] < 0.9
    for kept in chatbot.kept_curves():
        assert min(kept.accuracy[:3]) > 0.95
        assert kept.lengths == curve.lengths


def test_reading_the_last_message_only_is_guessing() -> None:
    alone = chatbot.accuracy_by_length(bot().respond_to_the_last_message, [0, 4], n=60)
    assert max(alone.accuracy) < 0.3


def test_padding_changes_no_answer() -> None:
    talks = [["my name is Ada .", "hello .", "what is my name ?"], ["my name is Kim .", "hello .", "i met Ben .",
              "how nice .", "what is my name ?"]]  # fmt: skip
    assert bot().respond(talks) == [bot().respond([talk])[0] for talk in talks] == ["Ada", "Kim"]


def test_asking_does_not_disturb_the_reading() -> None:
    words, unknown = chatbot.known_words("my NAME is Ada . / hello . / purple rain")
    assert words[:5] == ["user:", "my", "name", "is", "Ada"]
    assert unknown == ["purple", "rain"]
    states, answers = chatbot.read_words(bot(), words)
    again, _ = chatbot.read_words(bot(), words[:4])
    assert torch.equal(states[:4], again)
    assert len(answers) == len(words)
    assert max(answers[-1], key=lambda name: answers[-1][name]) == "Ada"
    assert set(answers[0]) == set(NAMES)


@pytest.mark.parametrize("talk", ["", "purple", "/ /", chatbot.START, "Ada " * 80])
@pytest.mark.parametrize("read", [1, 34])
def test_the_view_draws_whatever_is_typed(talk: str, read: int) -> None:
    _, sentence = chatbot.draw_unrolled(bot(), talk, read)
    assert sentence.startswith("After ")


def test_what_is_said_of_lengths_follows_from_the_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chatbot, "wrong_names", lambda *_: Counter(heard=18, other=2))
    n = len(chatbot.LENGTHS)
    curve = LengthCurve(list(chatbot.LENGTHS), [100, 100, 100, 99, 60, 50, 40, 30], 100)
    alone = LengthCurve(list(chatbot.LENGTHS), [8] * n, 100)
    said = chatbot.say_lengths(bot(), curve, alone, 64)
    assert "limit is 4 exchanges" in said
    assert "90% of the wrong answers name somebody else" in said
    monkeypatch.setattr(chatbot, "wrong_names", lambda *_: Counter(heard=2, other=18))
    assert "somebody else" not in chatbot.say_lengths(bot(), curve, alone, 64)
