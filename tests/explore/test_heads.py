"""A head that is said to look somewhere does, and a silenced head is put back."""

from __future__ import annotations

import re

import pytest
import torch

from course_lib.data import facts
from course_lib.explore.heads import (
    SENTENCE,
    Head,
    attention_from_last,
    draw_head,
    draw_knockout,
    find_head,
    knock_out_heads,
)
from course_lib.training.course_gpt import load_course_gpt

MODEL, TOKENIZER, _ = load_course_gpt("base")


def test_the_head_is_measured_on_sentences_it_was_not_chosen_by() -> None:
    head = find_head(MODEL, TOKENIZER)
    shares = []
    for place in facts.COUNTRIES[1::2]:
        ids = TOKENIZER.encode(SENTENCE.format(name=place.name))
        maps = MODEL(torch.tensor([ids]), return_attention=True).attentions
        at = ids.index(TOKENIZER.encode(f" {place.name}")[0])
        shares.append(maps[head.layer - 1][0, head.number - 1, -1, at].item())
    assert head.elsewhere == pytest.approx(sum(shares) / len(shares), rel=1e-4)
    assert head.elsewhere > 0.5 > head.average
    assert head.most == 1.0


def test_attention_of_the_last_token_adds_up_in_every_head() -> None:
    weights = attention_from_last(MODEL, TOKENIZER.encode("The capital of Peru is"))
    assert weights.shape[:2] == (MODEL.config.n_layer, MODEL.config.n_head)
    assert torch.allclose(weights.sum(-1), torch.ones(weights.shape[:2]))


def test_the_picture_says_what_the_head_looks_at() -> None:
    head = find_head(MODEL, TOKENIZER)
    sentence = draw_head(MODEL, TOKENIZER, "The capital of Japan is", head).sentence
    assert "'·Japan'" in sentence
    with pytest.raises(ValueError, match="no head 9"):
        draw_head(MODEL, TOKENIZER, "The capital", Head(1, 9, 0, 0, 0, 0))


@pytest.mark.slow
def test_silencing_that_head_costs_the_capitals_and_leaves_the_model_as_it_was() -> None:
    before = {name: value.clone() for name, value in MODEL.state_dict().items()}
    result = knock_out_heads(MODEL, TOKENIZER)
    for name, value in MODEL.state_dict().items():
        assert torch.equal(value, before[name]), name
    head = find_head(MODEL, TOKENIZER)
    assert result.whole > 30
    assert min(result.without, key=lambda key: result.without[key]) == (head.layer, head.number)
    assert result.without[head.layer, head.number] < result.n / 2
    assert re.search(rf"layer {head.layer}, head {head.number} leaves \d+;", draw_knockout(result).sentence)
