"""What lesson 02 shows: one weight, the logit lens, temperature, the machine, five mistakes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
import torch

from course_lib.data import facts
from course_lib.data.houses import PRICE_PER_SQFT, house_sales
from course_lib.evaluation.accuracy import exact_match
from course_lib.evaluation.words import begins_with
from course_lib.explore import mistakes
from course_lib.explore.course_model import after_fine_tuning, how_its_loss_fell, right_by_wording
from course_lib.explore.figure import GUESS, Picture, png
from course_lib.explore.flowing import flowing_text
from course_lib.explore.lens import GROUPS, LensResult, draw_lens, lens_by_group, read_half_way
from course_lib.explore.loss_valley import (
    best_weight,
    critical_rate,
    descend,
    how_far_off,
    learned_price,
    loss_valley,
    too_long_steps,
    valley,
)
from course_lib.explore.pipeline import draw_machine, draw_stage, follow, pipeline_tracer, stages_of
from course_lib.explore.temperature import CAT_SENTENCE, same_words, temperature_bars, temperature_explorer
from course_lib.generation.decode import stream
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.course_gpt import load_course_gpt

Loaded = tuple[GPT, BytePairTokenizer, dict[str, object]]


@pytest.fixture(scope="module")
def base() -> Loaded:
    return load_course_gpt("base")


@pytest.fixture(scope="module")
def chat() -> Loaded:
    return load_course_gpt("chat")


def lines_of_the_guess(picture: Picture) -> int:
    """Count the lines in the colour of the reader's guess."""
    axes = [*picture.figure.axes, *(child for axis in picture.figure.axes for child in axis.child_axes)]
    return sum(line.get_color() == GUESS for axis in axes for line in axis.lines)


# --- one weight -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "ends"), [(0.9, "reaches"), (1.0, "bounces"), (1.1, "leaves")])
def test_the_critical_rate_divides_learning_from_breaking(share: float, ends: str) -> None:
    x, y = house_sales()
    best = best_weight(x, y)
    path = descend(x, y, share * critical_rate(x), 200)
    if ends == "reaches":
        assert path[-1] == pytest.approx(best, rel=1e-6)
    elif ends == "bounces":
        assert path[-1] == pytest.approx(path[-3], rel=1e-6)
        assert abs(path[-1] - path[-2]) > best
    else:
        assert abs(path[-1]) > 1e6 * best


def test_valley_says_which_of_the_three_happens() -> None:
    x, y = house_sales()
    assert "from the bottom" in valley(x, y, 0.5, 10)[1]
    assert "side to side" in valley(x, y, 1.0, 10)[1]
    assert "further away" in valley(x, y, 1.1, 10)[1]


def test_house_sales_hide_the_weight_in_noise() -> None:
    x, y = house_sales(2000, seed=3)
    assert best_weight(x, y) == pytest.approx(PRICE_PER_SQFT, rel=0.01)
    assert torch.equal(house_sales(5, 1)[1], house_sales(5, 1)[1])
    with pytest.raises(ValueError, match="at least 1"):
        house_sales(0)


def test_the_distance_from_the_bottom_grows_as_the_parabola_says() -> None:
    """A step multiplies the distance by 1 - 2 x share: at 1.1 times the critical rate by -1.2."""
    away = how_far_off(*house_sales(), steps=50)
    for share, path in away.items():
        factor = abs(1 - 2 * share)
        assert path == pytest.approx([factor**step for step in range(51)], rel=1e-6, abs=1e-9)
    measured = float(str(too_long_steps(*house_sales(), steps=50).measured).replace(",", ""))
    assert measured == pytest.approx(1.2**50, rel=0.05)


@pytest.mark.parametrize(("guess", "drawn"), [(None, 0), ("about 230", 1), ("much", 0), ("2,5", 1)])
def test_the_readers_price_is_a_line_in_the_figure(guess: object, drawn: int) -> None:
    x, y = house_sales()
    found = learned_price(x, y, 150.0)
    assert found.measured == "150.0"
    assert "225,000 USD" in found.says
    assert found.show is not None
    assert lines_of_the_guess(found.show(guess)) == drawn


def test_frozen_frames_stand_in_with_three_different_sentences() -> None:
    x, y = house_sales()
    for view in (temperature_explorer(), loss_valley(x, y)):
        assert len(set(re.findall(r'alt="([^"]+)"', view.frozen()))) == 3


# --- the logit lens -------------------------------------------------------------------------------------------


def test_the_lens_ends_at_the_models_own_guesses_and_sorts_every_token(base: Loaded) -> None:
    model, tokenizer, _ = base
    result = lens_by_group(model, tokenizer)
    ids = [tokenizer.encode(document) for document in facts.fact_documents(2, 1_000_003)]
    assert sum(float(result.counted[group].sum()) for group in GROUPS) == sum(len(row) - 1 for row in ids)
    right = sum(
        int((model(torch.tensor([row])).logits[0, :-1].argmax(-1) == torch.tensor(row[1:])).sum())
        for row in ids
    )
    assert sum(float(result.hits[group][:, -1].sum()) for group in GROUPS) == right
    assert result.accuracy("knowledge")[1] < result.accuracy("word pairs")[1]


def made_up_lens(
    rates: dict[str, tuple[float, float, float]], documents: int = 60, each: int = 20
) -> LensResult:
    """A result in which each document has these shares of right guesses, after the embedding and two layers."""
    hits = {
        group: torch.tensor(rate, dtype=torch.float64).mul(each).expand(documents, 3)
        for group, rate in rates.items()
    }
    counted = {group: torch.full((documents,), float(each), dtype=torch.float64) for group in rates}
    return LensResult(hits, counted)


def test_intervals_come_from_the_documents() -> None:
    even = made_up_lens(dict.fromkeys(GROUPS, (0.0, 0.4, 0.8)))
    assert even.interval("wording", 1) == pytest.approx((0.4, 0.4))
    assert even.interval("wording", 1, of_final=True) == pytest.approx((0.5, 0.5))
    half = torch.zeros(60, 3, dtype=torch.float64)
    half[:30] = 20
    uneven = LensResult({"wording": half}, even.counted)
    low, high = uneven.interval("wording", 1)
    error = 1.96 * 0.5 / math.sqrt(60)  # of a share of documents, each right or wrong as a whole
    assert (low, high) == pytest.approx((0.5 - error, 0.5 + error), abs=0.02)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ({"word pairs": 0.9, "wording": 0.6, "knowledge": 0.2}, "do come in the order"),
        ({"word pairs": 0.2, "wording": 0.6, "knowledge": 0.9}, "does not show it"),
        ({"word pairs": 0.6, "wording": 0.6, "knowledge": 0.2}, "does not show it"),
    ],
)
def test_the_verdict_on_the_saying_follows_the_numbers(
    rates: dict[str, float], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = made_up_lens({group: (0.0, rate, 1.0) for group, rate in rates.items()})
    monkeypatch.setattr("course_lib.explore.lens.lens_by_group", lambda *_: result)
    found = read_half_way(None, None, layer=1)  # type: ignore[arg-type]
    assert found.measured == f"{rates['knowledge']:.0%}"
    assert said in found.says
    assert lines_of_the_guess(draw_lens(result, "30%")) == 1


# --- temperature ----------------------------------------------------------------------------------------------


def test_temperature_explorer_agrees_with_hand_computed_shares() -> None:
    """p_i^(1/T) / sum: at T = 0.5 the shares are squared and scaled."""
    squares = {word: p**2 for word, p in CAT_SENTENCE.items()}
    _, sentence = temperature_bars(CAT_SENTENCE, 0.5)
    assert f"'mat' has {squares['mat'] / sum(squares.values()):.1%}" in sentence


def test_the_figure_of_five_words_says_what_powers_of_the_shares_say() -> None:
    found = same_words(CAT_SENTENCE, temperature=0.5)
    squares = [p**2 for p in CAT_SENTENCE.values()]
    assert found.measured == f"{squares[0] / sum(squares):.0%}"
    assert found.show is not None
    picture = found.show("60%")
    for t in (0.1, 0.5, 1, 2, 5):
        powers = [p ** (1 / t) for p in CAT_SENTENCE.values()]
        shares = ", ".join(f"{w} {p / sum(powers):.0%}" for w, p in zip(CAT_SENTENCE, powers, strict=True))
        assert f"T = {t:g}: {shares}" in picture.sentence
    assert lines_of_the_guess(picture) == 1
    once = CAT_SENTENCE["mat"] / sum(CAT_SENTENCE.values())
    said = float(re.findall(r"one in ([\d,]+) at T = 1", found.says)[0].replace(",", ""))
    assert said == pytest.approx(once**-20, rel=0.05)


# --- the machine ----------------------------------------------------------------------------------------------


def test_a_pass_is_the_models_own_and_everything_is_added(base: Loaded) -> None:
    model, tokenizer, _ = base
    text = "The capital of France is"
    seen = follow(model, tokenizer, text)
    output = model(torch.tensor([seen.ids]), return_states=True)
    assert torch.allclose(seen.scores, output.logits[0, -1], atol=1e-4)
    assert output.states is not None
    for layer, (before, after) in enumerate(pairwise(output.states)):
        block = model.blocks[layer]
        added, _ = block.attention(block.norm1(before), None, None, False)
        assert torch.allclose(seen.sums[2 * layer + 1], (before + added)[0], atol=1e-4)
        rest = block.feed_forward(block.norm2(before + added))
        assert torch.allclose(seen.sums[2 * layer + 2], (before + added + rest)[0], atol=1e-4)
        assert torch.allclose(seen.sums[2 * layer + 2], after[0], atol=1e-4)
    lens = model.logit_lens(output.states)[:, 0, -1].softmax(-1)
    assert [name for name, _ in seen.readings] == [tokenizer.token_text(int(i)) for i in lens.argmax(-1)]
    assert all(torch.allclose(look.sum(-1), torch.ones(4, len(seen.ids))) for look in seen.looks)
    with pytest.raises(ValueError, match="empty"):
        follow(model, tokenizer, "")


def test_the_picture_of_the_machine_says_its_numbers(base: Loaded) -> None:
    model, tokenizer, _ = base
    picture = draw_machine(model, tokenizer, "The capital of France is")
    seen = follow(model, tokenizer, "The capital of France is")
    assert f"drawn: {seen.names[seen.picked]}" in picture.sentence
    assert f"{seen.readings[-1][0]} {seen.readings[-1][1]:.0%}." in picture.sentence
    assert len(picture.figure.axes[0].images) == 5 * (1 + model.config.n_layer)
    assert png(picture.figure).startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="at most 6"):
        draw_machine(model, tokenizer, "one two three four five six seven")


@pytest.mark.parametrize("text", ["The cat sat on the", "a", "한 $x$"])
def test_every_stage_can_be_drawn_and_says_shape_and_value(base: Loaded, text: str) -> None:
    model, tokenizer, _ = base
    seen = follow(model, tokenizer, text)
    stages = stages_of(seen)
    assert len(stages) == 3 + 2 * model.config.n_layer + 4
    for number, stage in enumerate(stages):
        figure, sentence = draw_stage(seen, number)
        assert png(figure).startswith(b"\x89PNG")
        assert sentence.startswith(f"Stage {number + 1} of {len(stages)}, {stage.name}: ")
    assert stages[-1].value.startswith(f"“{text}")


def test_the_tracer_moves(base: Loaded) -> None:
    model, tokenizer, _ = base
    view = pipeline_tracer(model, tokenizer, ["The cat sat on the", "Many people in Japan speak"])
    view.widget()
    assert view.sentence.startswith("Stage 1 of 15")
    view.controls["step"].value = 2
    assert "·cat = " in view.sentence
    view.controls["text"].value = "Many people in Japan speak"
    assert "·Japan = " in view.sentence


# --- what the records say -------------------------------------------------------------------------------------


def record(right: tuple[int, int, int, int], loss: float) -> dict[str, object]:
    names = [f"{a} countries, {b} wordings" for a in ("seen", "held_out") for b in ("seen", "held_out")]
    counts = {name: {"right": r, "n": 40} for name, r in zip(names, right, strict=True)}
    return {
        "held_out": {"exact_match_all_kinds": counts, "loss_facts": loss, "loss_language_reference": 2 * loss}
    }


def test_what_fine_tuning_changed_is_said_from_the_counts() -> None:
    wordings = {("capital", 1): (20, 20), ("city", 3): (0, 20)}
    found = after_fine_tuning(record((0, 0, 0, 0), 1.0), record((40, 38, 30, 20), 0.5), wordings)
    assert found.measured == "75%"
    assert "right by wording: 20 of 20, 0 of 20" in found.says
    assert "hardly more than 2 cases" in found.says
    assert "fell from 1.00 to 0.50" in found.says
    assert found.show is not None
    assert lines_of_the_guess(found.show("50 %")) == 1
    for word in ("held_out", "seen"):
        assert word not in found.says + found.show(None).sentence


def test_mixed_wordings_are_not_said_to_go_together() -> None:
    wordings = {("capital", 1): (12, 20), ("city", 3): (9, 20)}
    found = after_fine_tuning(record((0, 0, 0, 0), 1.0), record((40, 38, 30, 21), 0.5), wordings)
    assert "together" not in found.says


def test_right_by_wording_adds_up_to_what_is_right(chat: Loaded) -> None:
    model, tokenizer, _ = chat
    asked = facts.questions("all", countries="held_out", wordings="held_out")
    rows = right_by_wording(model, tokenizer, asked)
    assert set(rows) == {(question.kind, question.wording) for question in asked}
    assert sum(n for _, n in rows.values()) == len(asked)
    assert sum(right for right, _ in rows.values()) == exact_match(model, tokenizer, asked).right


def test_the_loss_curve_starts_where_nothing_is_known(base: Loaded) -> None:
    model, _, meta = base
    assert f"{math.log(model.config.vocab_size):.2f} is the loss" in how_its_loss_fell(model, meta).sentence


# --- five mistakes --------------------------------------------------------------------------------------------


def test_a_longer_word_is_not_the_word_that_was_told() -> None:
    assert begins_with(" Tunis.", "Tunis")
    assert not begins_with(" Tunisia", "Tunis")
    assert not begins_with("Not Tunis", "Tunis")


def test_what_being_told_means_depends_on_how_often_it_was_used(
    base: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, tokenizer, _ = base

    def obedient(_model: object, rows: list[list[int]], *_: object, **__: object) -> list[list[int]]:
        texts = [tokenizer.decode(row) for row in rows]
        return [tokenizer.encode(" " + text.split(" is the capital")[0]) for text in texts]

    monkeypatch.setattr(mistakes, "generate_batch", obedient)
    found = mistakes.using_what_it_was_told(model, tokenizer)
    assert found.measured == "108 of 108"
    assert "100%" in found.says
    monkeypatch.setattr(mistakes, "generate_batch", lambda _m, rows, *_, **__: [[] for _ in rows])
    found = mistakes.using_what_it_was_told(model, tokenizer)
    assert found.measured == "0 of 108"
    assert "does not use" in found.says


def test_hotter_says_what_was_counted_and_no_more(chat: Loaded) -> None:
    model, tokenizer, _ = chat
    asked = facts.questions("capital", "seen", "seen")[:6]
    found = mistakes.hotter(model, tokenizer, asked, (0, 2))
    assert found.show is not None
    picture = found.show("1/3")
    assert picture.sentence.startswith("Right answers to 6 questions: T = 0 100%; T = 2 ")
    assert str(found.measured) in picture.sentence.split("T = 2 ")[1]
    assert lines_of_the_guess(picture) == 1


def test_next_words_are_probabilities_and_a_tiny_model_learns_them_from_its_data(base: Loaded) -> None:
    _, tokenizer, _ = base
    documents = ["The cat sat on the mat."] * 200
    model = mistakes.train_tiny(tokenizer, documents, seed=0, steps=30)
    chances = mistakes.next_words(model, tokenizer, "The cat sat on the")
    assert sum(chances.values()) == pytest.approx(1.0, abs=1e-4)
    assert max(chances, key=lambda word: chances[word]) == "mat"
    with pytest.raises(ValueError, match="expected more than 33"):
        mistakes.train_tiny(tokenizer, ["too short"], seed=0)


def test_two_worlds_are_told_apart_by_their_data_alone(base: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    _, tokenizer, _ = base
    quick = mistakes.train_tiny
    monkeypatch.setattr(mistakes, "train_tiny", lambda *a, **k: quick(*a, **{**k, "steps": 30}))
    one, other = ["The cat sat on the mat."] * 200, ["The cat sat on the dog."] * 200
    found = mistakes.same_code_other_data(tokenizer, one, other, ("mat", "dog"))
    assert float(str(found.measured).rstrip("%")) > 80
    assert found.show is not None
    assert "one word exchanged: mat 0%, dog " in found.show(None).sentence


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0.3, "18 minutes"),
        (2, "2.0 hours"),
        (72, "3.0 days"),
        (20_000, "2.3 years"),
        (1e10, "1,100,000 years"),
    ],
)
def test_times_are_said_in_units_that_people_use(hours: float, said: str) -> None:
    assert mistakes.duration(hours) == said


def test_retraining_follows_the_6nd_rule(base: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    model, _, _ = base
    monkeypatch.setattr(mistakes, "training_speed", lambda *_: 1000.0)
    small = model.num_parameters()
    plans = {"an hour": (small, 3.6e6), "ten years": (10 * small, 8766 * 3.6e6)}
    found = mistakes.retraining_here(model, plans)
    assert found.measured == "10"
    assert found.show is not None
    assert "| an hour | 60 minutes |" in found.show(None).data
    assert "| ten years | 10 years |" in found.show(None).data
    eight = mistakes.retraining_here(model, {"eight billion": (8e9, 1e9)})
    assert "8 billion weights in training need at least 128 GB" in eight.says  # 4 numbers of 4 bytes for each


def test_the_speed_of_training_is_above_zero_and_the_model_stays_as_it_is(base: Loaded) -> None:
    model, _, _ = base
    before = model.embed.weight.clone()
    assert mistakes.training_speed(model, seconds=0.0, rows=1) > 0
    assert torch.equal(model.embed.weight, before)


def test_ranks_of_draws_are_those_of_the_stream(base: Loaded) -> None:
    model, tokenizer, _ = base
    ids = tokenizer.encode("The")
    one = [step.rank for step in stream(model, tokenizer, ids, 25, 1.0, torch.Generator().manual_seed(3))]
    assert mistakes.ranks_of_draws(model, tokenizer, "The", answers=1, tokens=25, seed=3).tolist() == [one]


def test_shares_of_ranks_add_up() -> None:
    draws = mistakes.Draws("text", torch.tensor([[1, 1, 2], [5, 6, 900]]))
    assert (draws.share(1, 1), draws.share(2, 5), draws.share(6)) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    picture = mistakes.draw_ranks([draws], "0.5")
    assert "text: first choice 33%, second to fifth 33%, later 33%" in picture.sentence
    assert lines_of_the_guess(picture) == 1


def test_the_interval_of_first_choices_is_one_over_continuations() -> None:
    """Continuations that are first choices throughout or never: as many cases as continuations, not as tokens."""
    ranks = torch.ones(60, 40, dtype=torch.long)
    ranks[:30] = 2
    low, high = mistakes.Draws("text", ranks).interval()
    error = 1.96 * 0.5 / math.sqrt(60)
    assert (low, high) == pytest.approx((0.5 - error, 0.5 + error), abs=0.02)
    assert mistakes.Draws("text", ranks[30:]).interval() == (1, 1)


@pytest.mark.parametrize(("other", "said"), [(0.1, "less often in b than in a"), (0.5, "overlap")])
def test_texts_differ_only_where_their_intervals_are_apart(
    base: Loaded, monkeypatch: pytest.MonkeyPatch, other: float, said: str
) -> None:
    model, tokenizer, _ = base
    shares = {"A": 0.5, "B": other}

    def ranks(_m: object, _t: object, prompt: str) -> torch.Tensor:
        generator = torch.Generator().manual_seed(7)
        return 2 - (torch.rand(40, 40, generator=generator) < shares[prompt]).long()

    monkeypatch.setattr(mistakes, "ranks_of_draws", ranks)
    found = mistakes.drawing(model, tokenizer, {"a": "A", "b": "B"})
    assert said in found.says
    assert "of 1,600 drawn tokens" in found.question


# --- text that flows ------------------------------------------------------------------------------------------


def test_printed_text_keeps_its_words_whole() -> None:
    pieces = ["In", " Japan", " people", " pay", " with", " the", " y", "en", ".\n", "New", " text"]

    def come() -> Iterator[str]:
        yield from pieces

    shown = "".join(flowing_text(come(), width=16))
    assert shown.replace("\n", " ") == "".join(pieces).replace("\n", " ")
    for line in shown.split("\n"):
        assert len(line) <= 16 + max(map(len, pieces))
    assert "yen" in shown
    assert all(word in shown.split() for word in ("Japan", "people", "with", "New"))
