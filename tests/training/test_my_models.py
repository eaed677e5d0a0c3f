"""A model that somebody kept comes back as it was, by name, for explorers and for the server."""

from __future__ import annotations

import copy

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models.lora import apply_lora, lora_layers
from course_lib.training.course_gpt import load_course_gpt
from course_lib.training.my_models import keep_model, load_model, my_models


@pytest.fixture(scope="module")
def base():
    return load_course_gpt("base")


def test_what_was_kept_comes_back(base, tmp_path) -> None:
    model, tokenizer, _ = base
    assert my_models(tmp_path) == []
    path = keep_model(model, tokenizer, "mine", "a note", tmp_path)
    assert path.is_file()
    again, words, record = load_model("mine", tmp_path)
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name])
    assert words.fingerprint() == tokenizer.fingerprint()
    assert record["note"] == "a note"
    assert my_models(tmp_path) == ["mine"]


def test_lora_is_merged_in_a_copy(base, tmp_path) -> None:
    model, tokenizer = copy.deepcopy(base[0]), base[1]
    apply_lora(model, ["qkv"], 2, generator=torch.Generator().manual_seed(0))
    for layer in lora_layers(model).values():
        layer.lora_b.data.fill_(0.01)
    keep_model(model, tokenizer, "thin", folder=tmp_path)
    again, _, _ = load_model("thin", tmp_path)
    ids = torch.tensor([tokenizer.encode("The capital of France is")])
    torch.testing.assert_close(model(ids).logits, again(ids).logits, atol=1e-4, rtol=1e-4)
    assert lora_layers(model)  # the one in training is still as it was


def test_the_courses_own_models_are_there_by_name(base) -> None:
    model, _, _ = load_model("base")
    assert torch.equal(model.embed.weight, base[0].embed.weight)


@pytest.mark.parametrize(
    "name", ["", "Mine", "../mine", "a b", "chat", "base", "course-gpt", "-a", "x" * 41, "a\n"]
)
def test_names_that_would_lead_elsewhere_are_refused(base, tmp_path, name) -> None:
    with pytest.raises(CourseError, match="small letters"):
        keep_model(base[0], base[1], name, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_not_there_says_which_are(base, tmp_path) -> None:
    with pytest.raises(CourseError, match="none yet"):
        load_model("mine", tmp_path)
    keep_model(base[0], base[1], "first", folder=tmp_path)
    for name in ("mine", "../first", "first.json"):
        with pytest.raises(CourseError, match="Your models: first"):
            load_model(name, tmp_path)
    (tmp_path / "first.safetensors").write_bytes(b"cut")
    with pytest.raises(CourseError, match="cannot be loaded"):
        load_model("first", tmp_path)


def test_the_explorers_take_it(base, tmp_path) -> None:
    from course_lib.explore.lens import read_half_way
    from course_lib.explore.pipeline import draw_machine

    keep_model(base[0], base[1], folder=tmp_path)
    mine, tokenizer, _ = load_model(folder=tmp_path)
    assert draw_machine(mine, tokenizer, "The capital of France is").sentence
    assert read_half_way(mine, tokenizer, layer=2).measured
