"""A head that is said to look somewhere does, a silenced head is put back, and what is said follows from the counts."""

from __future__ import annotations

import re
from typing import cast

import pytest
import torch

from course_lib.data import facts
from course_lib.explore.heads import (
    SENTENCE,
    Frame,
    Head,
    Knockout,
    attention_from_last,
    attention_on_country,
    capitals_without_each_head,
    count_right,
    draw_knockout,
    draw_scalpel,
    find_head,
    frames_with_distance,
    knock_out_heads,
    measure_frame,
    name_in,
    say_frames,
    scalpel,
    silenced,
)
from course_lib.models.gpt import Block
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
    assert head.n == len(shares)
    assert head.elsewhere == pytest.approx(sum(shares) / len(shares), rel=1e-4)
    assert head.elsewhere > 0.5 > head.average
    assert head.most == 1.0
    finding = attention_on_country(MODEL, TOKENIZER)
    assert finding.measured == f"{sum(shares) / len(shares):.0%}"
    assert finding.show is not None
    assert "to '·France'" in finding.show("20 %").sentence


def test_attention_of_the_last_token_adds_up_in_every_head() -> None:
    weights = attention_from_last(MODEL, TOKENIZER.encode("The capital of Peru is"))
    assert weights.shape[:2] == (MODEL.config.n_layer, MODEL.config.n_head)
    assert torch.allclose(weights.sum(-1), torch.ones(weights.shape[:2]))


@pytest.mark.parametrize("sentence", ["{name} has its capital in", "In {name} you will hear"])
def test_a_name_is_found_with_all_its_tokens(sentence: str) -> None:
    for place in facts.COUNTRIES:
        ids = TOKENIZER.encode(sentence.format(name=place.name))
        first, last = name_in(TOKENIZER, ids, place.name)
        assert TOKENIZER.decode(ids[first:last]).strip() == place.name
    with pytest.raises(ValueError, match="Zubrowka"):
        name_in(TOKENIZER, TOKENIZER.encode("The capital of Peru is"), "Zubrowka")


def test_a_silenced_head_gives_nothing_and_comes_back_even_after_an_error() -> None:
    before = {name: value.clone() for name, value in MODEL.state_dict().items()}
    ids = torch.tensor([TOKENIZER.encode("The capital of Peru is")])
    with silenced(MODEL, 2, 3):
        quiet = MODEL(ids).logits
    with pytest.raises(ValueError, match="257 positions"), silenced(MODEL, 2, 3):
        MODEL(torch.zeros(1, MODEL.config.context + 1, dtype=torch.long))
    for name, value in MODEL.state_dict().items():
        assert torch.equal(value, before[name]), name
    width = MODEL.config.head_dim

    def drop(module: torch.nn.Module, args: tuple[torch.Tensor]) -> torch.Tensor:
        heads = args[0].clone()
        heads[..., 2 * width : 3 * width] = 0  # what head 3 hands to the output layer
        return heads

    handle = cast(Block, MODEL.blocks[1]).attention.out.register_forward_pre_hook(drop)
    expected = MODEL(ids).logits
    handle.remove()
    assert torch.allclose(quiet, expected, atol=1e-5)
    for layer, head in ((5, 1), (1, 5), (0, 1)):
        with (
            pytest.raises(ValueError, match=f"no head {head} in layer {layer}"),
            silenced(MODEL, layer, head),
        ):
            pass


def test_prompts_of_different_length_are_read_as_if_each_stood_alone() -> None:
    texts = ["The capital of France is", "Not the capital, but a large city of Japan, is", "The cat"]
    rows = [TOKENIZER.encode(text) for text in texts]
    alone = [int(MODEL(torch.tensor([row])).logits[0, -1].argmax()) for row in rows]
    assert count_right(MODEL, rows, alone) == 3
    assert count_right(MODEL, rows, [alone[1], alone[1], alone[0]]) == 1


@pytest.mark.slow
def test_silencing_that_head_costs_the_capitals() -> None:
    result, head = knock_out_heads(MODEL, TOKENIZER), find_head(MODEL, TOKENIZER)
    assert result.whole > 30
    assert result.lowest() == (head.layer, head.number)
    assert result.without[head.layer, head.number] < result.n / 2
    finding = capitals_without_each_head(MODEL, TOKENIZER)
    assert finding.measured == f"{result.without[head.layer, head.number]} of {result.n}"
    assert "it is the one that looks at the country" in finding.says


def test_the_grid_says_what_its_tiles_say() -> None:
    without = {(layer, head): 30 + head for layer in (1, 2) for head in (1, 2, 3)}
    without[2, 2] = 4
    picture = draw_knockout(Knockout(35, without, 36), guess="12")
    assert (
        "has 35 right; without layer 2, head 2 it is 4, without any one of the others at least 31"
        in picture.sentence
    )
    tiles = picture.figure.axes[0].texts
    assert [tile.get_text() for tile in tiles] == ["31", "32", "33", "31", "4", "33"]
    assert "your guess" in [text.get_text() for text in picture.figure.axes[1].texts]


def test_frames_put_words_between_the_country_and_the_answer() -> None:
    frames = frames_with_distance()
    assert len(frames) >= 5
    assert {kind for _, kind in frames} == set(facts.KINDS)
    for sentence, _ in frames:
        ids = TOKENIZER.encode(sentence.format(name="Peru"))
        assert len(ids) - name_in(TOKENIZER, ids, "Peru")[1] >= 2, sentence


@pytest.mark.slow
@torch.no_grad()
def test_a_frame_is_measured_as_sentence_by_sentence() -> None:
    head, sentence = find_head(MODEL, TOKENIZER), "In {name} people pay with the"
    frame = measure_frame(MODEL, TOKENIZER, sentence, "currency", head)
    on_country, on_previous = [], []
    for place in facts.COUNTRIES:
        ids = TOKENIZER.encode(sentence.format(name=place.name))
        weights = MODEL(torch.tensor([ids]), return_attention=True).attentions[head.layer - 1]
        first, last = name_in(TOKENIZER, ids, place.name)
        on_country.append(float(weights[0, head.number - 1, -1, first:last].sum()))
        on_previous.append(float(weights[0, head.number - 1, -1, -2]))
    assert frame.on_country == pytest.approx(sum(on_country) / 36, rel=1e-4)
    assert frame.on_previous == pytest.approx(sum(on_previous) / 36, rel=1e-3)
    assert frame.back == 4


def test_what_is_said_of_other_sentences_follows_from_the_numbers() -> None:
    head = Head(1, 2, 0.8, 0.8, 1.0, 0.2, 18)

    def frame(on_country: float, on_previous: float, without: dict[tuple[int, int], int]) -> Frame:
        return Frame("{name} is in", 2, on_country, on_previous, Knockout(36, without, 36))

    own = {(1, 1): 30, (1, 2): 5}
    said = say_frames([frame(0.9, 0.1, own), frame(0.7, 0.05, {(1, 1): 30, (1, 2): 10})], head)
    assert "the country is 2 to 2 tokens back and the head looks at it: on average at least 70%" in said
    assert "at most 10% on the token just before" in said
    assert "between 26 and 31 " in said
    assert "another head" not in said
    said = say_frames([frame(0.3, 0.6, {(1, 1): 3, (1, 2): 10})], head)
    assert "does not look at it everywhere" in said
    assert "layer 1, head 1, without which 3 of 36" in said


def test_the_scalpel_reads_any_sentence_and_says_what_the_cut_changes() -> None:
    head = find_head(MODEL, TOKENIZER)
    _, said = draw_scalpel(MODEL, TOKENIZER, "The capital of Japan is", head.layer, head.number)
    assert "of its attention to '·Japan'" in said
    assert re.search(r"'·Tokyo' with \d+%; without it", said)
    for text in ("", "x", "The cat sat on the mat. " * 100):
        assert draw_scalpel(MODEL, TOKENIZER, text, 1, 1)[1]
    long = "It rained all day. " * 6
    ids = TOKENIZER.encode(long)
    first = TOKENIZER.token_text(int(MODEL(torch.tensor([ids])).logits[0, -1].argmax()))
    assert f"Next comes '{first}'" in draw_scalpel(MODEL, TOKENIZER, long, 1, 1)[1], (
        "the model reads all of it"
    )


def test_moving_the_scalpel_changes_what_it_says() -> None:
    view = scalpel(MODEL, TOKENIZER)
    view.widget()
    before = view.sentence
    view.controls["text"].value = "The capital of Peru is"
    assert "Peru" in view.sentence
    view.controls["layer"].value = 4
    assert view.sentence not in ("", before)
    assert len(set(re.findall(r'alt="([^"]+)"', view.frozen()))) == 3
