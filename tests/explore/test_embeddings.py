"""Neighbours and hit rates against NumPy, and what they say of a model that has learned nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from course_lib.data import facts
from course_lib.explore.embeddings import draw_map, hit_rate, lost_to_length, neighbours, word_vectors
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


def test_the_map_says_how_much_it_keeps() -> None:
    groups = {"countries": ["France", "Japan", "Peru"], "capitals": ["Paris", "Tokyo", "Lima"]}
    assert "3 countries and 3 capitals" in draw_map(MODEL, TOKENIZER, groups).sentence
    with pytest.raises(ValueError, match="expected two"):
        draw_map(MODEL, TOKENIZER, {"countries": ["France"]})
