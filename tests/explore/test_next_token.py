"""Learning curves of counting, copied runs, and the autocomplete view."""

from __future__ import annotations

import math
import re

import pytest
import torch

from course_lib.evaluation.perplexity import token_loss
from course_lib.explore.history import IDEAS, Idea, periods, timeline
from course_lib.explore.next_token import (
    SHOWN,
    HeldOut,
    autocomplete,
    best_orders,
    copied_share,
    draw_curves,
    gpt_probs,
    learning_curve,
    next_token_bars,
    shuffled_paragraphs,
)
from course_lib.models.ngram import NGram
from course_lib.tokenizers.character import CharacterTokenizer
from course_lib.training.course_gpt import load_course_gpt, make_corpus

TEXT = "the cat sat on the mat. the dog sat on the log. the cat saw the dog. "
TOKENIZER = CharacterTokenizer(TEXT)


def test_paragraphs_are_only_moved() -> None:
    text = "one\ntwo\n\nthree\n\n\nfour\n"
    mixed = shuffled_paragraphs(text, 1)
    assert sorted(mixed.strip().split("\n\n")) == ["four", "one\ntwo", "three"]
    assert mixed == shuffled_paragraphs(text, 1)
    assert len({shuffled_paragraphs(text, seed) for seed in range(9)}) > 1


def test_bits_per_byte_of_equal_chances_is_the_logarithm_of_the_vocabulary() -> None:
    assert HeldOut([0, 1, 2, 3, 0], 4).bits_per_byte(math.log(16)) == pytest.approx(4.0)
    assert HeldOut([0, 1, 2, 3, 0], 8).bits_per_byte(math.log(16)) == pytest.approx(2.0)


def test_a_learning_curve_is_one_model_after_the_other() -> None:
    ids, new = TOKENIZER.encode(TEXT * 3), TOKENIZER.encode("the cat sat on the log. ")
    held_out = HeldOut(new, len(new))
    curve = learning_curve(ids, TOKENIZER.vocab_size, held_out, [20, 100], [1, 3], "add-k", k=0.1)
    loss = NGram(ids[:100], TOKENIZER.vocab_size, 3, "add-k", 0.1).loss(new)
    assert curve[3][1] == pytest.approx(loss * (len(new) - 1) / len(new) / math.log(2))
    assert best_orders({1: [3.0, 2.0], 2: [4.0, 1.0]}) == [1, 2]
    with pytest.raises(ValueError, match="expected sizes from 1"):
        learning_curve(ids, TOKENIZER.vocab_size, held_out, [10**6], [1], "add-k")


def test_the_curves_say_their_best_orders_and_the_line_across() -> None:
    picture = draw_curves({"one": {1: [3.0, 2.0], 2: [4.0, 1.0]}}, [10, 20], {"other": 1.5})
    assert picture.sentence == (
        "one: the best order is 1 after 10 tokens and 2 after 20, with 1.00 bits per byte. other: 1.50."
    )
    both = draw_curves({"a": {1: [2.0]}, "b": {1: [1.0]}}, [8])
    assert len(both.figure.axes) == 2


@pytest.mark.slow
def test_the_shape_that_the_lesson_shows() -> None:
    """A longer memory needs more text, bad smoothing undoes it, and counting comes close to the small GPT."""
    gpt, tokenizer, record = load_course_gpt("base")
    corpus = make_corpus(record["seed"])
    manual = tokenizer.encode(shuffled_paragraphs(corpus.text, seed=0))
    held_out = HeldOut(tokenizer.encode(corpus.text_val), len(corpus.text_val.encode()))
    sizes = [len(manual) >> 9, len(manual) >> 5, len(manual)]
    good = learning_curve(manual, 1024, held_out, sizes, [1, 2, 3, 5], "witten-bell")
    bad = learning_curve(manual, 1024, held_out, sizes, [1, 2, 3, 5], "add-k")
    assert best_orders(good)[0] == 1
    assert best_orders(good)[-1] == 3
    assert all(three > two for two, three in zip(bad[2], bad[3], strict=True))
    gpt_bits = held_out.bits_per_byte(token_loss(gpt, held_out.ids))
    assert abs(good[3][-1] - gpt_bits) < 0.3


def test_copied_runs_are_counted_by_hand() -> None:
    source = [1, 2, 3, 4, 5]
    assert copied_share([1, 2, 3, 9], source, run=2) == pytest.approx(2 / 3)
    assert copied_share(source, source, run=5) == 1.0
    assert copied_share([5, 4, 3], source, run=2) == 0.0
    with pytest.raises(ValueError, match="one whole run"):
        copied_share([1], source, run=2)


def character_models() -> dict:
    ids = TOKENIZER.encode(TEXT)
    return {f"order {order}": NGram(ids, TOKENIZER.vocab_size, order).probs for order in (1, 2, 4)}


def test_the_bars_show_the_models_own_probabilities() -> None:
    models = character_models()
    _, sentence, tokens = next_token_bars(models, TOKENIZER, "order 4", "the ca")
    p = models["order 4"](TOKENIZER.encode("the ca"))
    assert tokens == p.topk(SHOWN).indices.tolist()
    assert f"'t' with {p.max():.1%}" in sentence
    with pytest.raises(ValueError, match="empty"):
        next_token_bars(models, TOKENIZER, "order 4", "")


def test_accepting_a_token_moves_text_bars_and_buttons_on() -> None:
    view = autocomplete(character_models(), TOKENIZER, "the c")
    box = view.widget()
    image, line = box.children[-2:]
    view.controls["model"].value = "order 4"
    before = (image.value, line.value, view.buttons[0].description)
    assert before[2] == "a"
    view.buttons[0].click()
    assert view.controls["prefix"].value == "the ca"
    assert view.buttons[0].description == "t"
    assert image.value != before[0]
    assert line.value != before[1]
    assert 'role="status"' in line.value
    view.controls["prefix"].value = "the d"
    assert "after 'the d'" in view.sentence


def test_an_emptied_text_is_no_error() -> None:
    _, tokenizer, _ = load_course_gpt("base")
    model = NGram(tokenizer.encode(TEXT), tokenizer.vocab_size, 2)
    view = autocomplete({"a": model.probs, "b": model.probs}, tokenizer, "the")
    view.widget()
    view.controls["prefix"].value = ""
    assert r"after '\n'" in view.sentence


def test_frozen_frames_are_three_and_one_accepts_a_token() -> None:
    page = autocomplete(character_models(), TOKENIZER, "the ca").frozen()
    alternatives = re.findall(r'alt="([^"]+)"', page)
    assert len(set(alternatives)) == 3
    assert alternatives[0].startswith("order 1: after")
    assert "the cat" in alternatives[2]


def test_a_gpt_as_a_function_gives_its_own_softmax_also_beyond_its_context() -> None:
    gpt, tokenizer, _ = load_course_gpt("base")
    ids = tokenizer.encode("The capital of Norway is")
    expected = gpt(torch.tensor([ids])).logits[0, -1].softmax(-1)
    assert torch.allclose(gpt_probs(gpt)(ids), expected, atol=1e-5)
    assert float(gpt_probs(gpt)(ids * 60).sum()) == pytest.approx(1, abs=1e-4)


def test_the_ideas_are_in_order_with_source_and_lesson() -> None:
    years = [idea.year for idea in IDEAS]
    assert years == sorted(years)
    for idea in IDEAS:
        assert idea.source.startswith("https://") or "pages" in idea.source
        assert re.fullmatch(r"0\d|1[012]", idea.lesson)
    for year, who in (
        (1913, "Markov"),
        (1948, "Shannon"),
        (1951, "Shannon"),
        (1958, "Rosenblatt"),
        (2003, "Bengio"),
    ):
        assert any(idea.year == year and idea.who.startswith(who) for idea in IDEAS)


def test_periods_have_the_right_edges_and_the_timeline_says_them() -> None:
    ideas = [Idea(year, "x", "y", "https://z", "01") for year in (1939, 1940, 1959, 1960, 1999, 2000)]
    assert list(periods(ideas).values()) == [1, 2, 2, 1]
    assert sum(periods().values()) == len(IDEAS)
    assert "1940 to 1959 2" in timeline(ideas).sentence


def test_no_idea_runs_out_of_the_picture() -> None:
    figure = timeline().figure
    figure.canvas.draw()
    width = figure.bbox.width
    for text in figure.axes[0].texts:
        assert text.get_window_extent().x1 <= width, text.get_text()


def test_the_guessed_order_is_marked_in_the_last_panel() -> None:
    curves = {"a": {1: [3.0, 2.0], 2: [4.0, 1.0]}, "b": {1: [3.0, 2.0], 2: [4.0, 1.0]}}
    for guess, lines in ((2, 1), ("2", 1), (7, 0), (None, 0), ("all", 0)):
        first, last = draw_curves(curves, [10, 20], guess=guess).figure.axes
        assert [text.get_text() for text in first.texts + last.texts].count("your guess") == lines
