"""Neighbours and hit rates against NumPy, and what they say of a model that has learned nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from course_lib.data import facts
from course_lib.explore.embeddings import (
    draw_map,
    hit_rate,
    lost_to_length,
    nearest_words,
    neighbours,
    right_words_nearest,
    word_vectors,
)
from course_lib.explore.figure import png
from course_lib.models.gpt import GPT
from course_lib.training.course_gpt import load_course_gpt

MODEL, TOKENIZER, _ = load_course_gpt("base")


def test_neighbours_are_those_of_numpy() -> None:
    table = MODEL.embed.weight.detach().numpy().astype(np.float64)
    (own,) = TOKENIZER.encode(" France")
    for dot in (False, True):
        scores = table @ table[own]
        if not dot:
            scores = scores / np.linalg.norm(table, axis=1) / np.linalg.norm(table[own])
        scores[own] = -np.inf
        expected = [TOKENIZER.token_text(int(i)) for i in np.argsort(-scores)[:4]]
        found = neighbours(MODEL, TOKENIZER, "France", dot=dot)
        assert [name for name, _ in found] == expected
        assert found[0][1] == pytest.approx(scores.max(), rel=1e-4)


def test_the_model_itself_stays_as_it_is() -> None:
    before = MODEL.embed.weight.clone()
    neighbours(MODEL, TOKENIZER, "France", dot=True)
    assert torch.equal(MODEL.embed.weight, before)


def test_a_word_of_several_tokens_is_their_mean() -> None:
    ids = TOKENIZER.encode(" Buenos Aires")
    assert len(ids) > 1
    found = word_vectors(MODEL, TOKENIZER, ["Buenos Aires"])[0]
    assert torch.allclose(found, MODEL.embed.weight[torch.tensor(ids)].mean(0))
    with pytest.raises(ValueError, match="at least one"):
        word_vectors(MODEL, TOKENIZER, [])


def test_training_is_what_makes_the_hits() -> None:
    trained = hit_rate(MODEL, TOKENIZER, "capital")
    assert (trained.n, trained.choices, trained.chance) == (36, 36, 1.0)
    assert trained.hits > 30
    untrained = hit_rate(GPT(MODEL.config, torch.Generator().manual_seed(0)), TOKENIZER, "capital")
    assert untrained.hits < 6
    continents = len({place.continent for place in facts.COUNTRIES})
    assert hit_rate(MODEL, TOKENIZER, "continent").chance == 36 / continents


def test_equal_lengths_lose_nothing_to_length() -> None:
    model = GPT(MODEL.config, torch.Generator().manual_seed(0))
    with torch.no_grad():
        model.embed.weight /= model.embed.weight.norm(dim=1, keepdim=True)
    assert lost_to_length(model) == 0
    with torch.no_grad():
        model.embed.weight[0] *= 1000
    assert lost_to_length(model) > 0.4
    assert lost_to_length(MODEL) > 0.2


def test_always_naming_the_most_frequent_word_gets_what_a_count_gives() -> None:
    for kind in facts.KINDS:
        words = [getattr(place, kind) for place in facts.COUNTRIES]
        assert hit_rate(MODEL, TOKENIZER, kind).commonest == max(words.count(word) for word in words)


def test_the_table_of_hits_shows_every_kind_beside_three_kinds_of_luck() -> None:
    finding = right_words_nearest(MODEL, TOKENIZER)
    assert finding.show is not None
    rows = finding.show(None).data.splitlines()[2:]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == list(facts.KINDS)
    assert finding.measured == f"{hit_rate(MODEL, TOKENIZER, 'capital').hits} of 36"


def test_a_finding_about_neighbours_names_the_nearest_as_a_reader_would_type_it() -> None:
    finding = nearest_words(MODEL, TOKENIZER, ["mat", "Peru"], asked="Peru")
    assert finding.measured == "Lima"
    assert f"{lost_to_length(MODEL):.0%} of all tokens" in finding.says


def test_the_map_says_how_much_it_keeps() -> None:
    groups = {"countries": ["France", "Japan", "Peru"], "capitals": ["Paris", "Tokyo", "Lima"]}
    assert "3 countries and 3 capitals" in draw_map(MODEL, TOKENIZER, groups).sentence
    with pytest.raises(ValueError, match="expected two"):
        draw_map(MODEL, TOKENIZER, {"countries": ["France"]})
    with pytest.raises(ValueError, match="expected two equally long"):
        draw_map(MODEL, TOKENIZER, {"countries": ["France"], "capitals": ["Paris", "Tokyo"]})


def test_names_in_the_map_do_not_touch() -> None:
    places = facts.COUNTRIES[::4]
    groups = {"countries": [p.name for p in places], "capitals": [p.capital for p in places]}
    figure = draw_map(MODEL, TOKENIZER, groups).figure
    png(figure)
    (axis,) = figure.axes
    boxes = [text.get_window_extent() for text in axis.texts]
    assert len(boxes) == 18
    for i, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[i + 1 :]), axis.texts[i].get_text()
