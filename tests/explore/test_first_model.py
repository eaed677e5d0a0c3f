"""Lesson 00's live training: it learns, it repeats itself exactly, and its small helpers are right."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
import torch

from course_lib.explore import first_model
from course_lib.explore.first_model import FirstRun, Stage


@pytest.fixture(scope="module")
def run() -> FirstRun:
    return first_model.train_first_model(first_model.small_world(), seed=0, steps=40, stages=(0, 20, 40))


def test_it_starts_knowing_nothing_and_learns(run: FirstRun) -> None:
    assert run.stages[0].loss == pytest.approx(math.log(run.tokenizer.vocab_size), abs=0.1)
    assert run.stages[-1].loss < 0.7 * run.stages[0].loss
    assert [stage.step for stage in run.stages] == [0, 20, 40]
    assert all(stage.text.startswith(first_model.PROMPT) for stage in run.stages)
    assert all(len(stage.text) == len(first_model.PROMPT) + first_model.SHOWN for stage in run.stages)
    assert run.tokens == 40 * 24 * 32
    assert run.tokens_per_second == run.tokens / run.seconds


@pytest.mark.slow
def test_same_seed_same_run_and_another_seed_another(run: FirstRun) -> None:
    text = first_model.small_world()
    again = first_model.train_first_model(text, seed=0, steps=40, stages=(0, 20, 40))
    assert again.losses == run.losses
    assert again.stages == run.stages
    assert all(0 <= stage.words <= 1 for stage in run.stages)
    other = first_model.train_first_model(text, seed=1, steps=2, stages=(0,))
    assert other.stages[0].text != run.stages[0].text


def test_who_watches_is_told_every_step_and_changes_nothing(run: FirstRun) -> None:
    told: list[tuple[list[int], int]] = []

    def note(reached: Sequence[Stage], losses: Sequence[float]) -> None:
        told.append(([stage.step for stage in reached], len(losses)))

    watched = first_model.train_first_model(
        first_model.small_world(), seed=0, steps=2, stages=(0, 2), on_step=note
    )
    assert told == [([0], 0), ([0], 1), ([0, 2], 2)]
    assert watched.stages[0] == run.stages[0]


def test_chances_are_the_models_own_and_in_order(run: FirstRun) -> None:
    ids = torch.tensor([run.tokenizer.encode(first_model.BEFORE)])
    with torch.no_grad():
        expected = run.model(ids).logits[0, -1].double().softmax(-1)
    chances = run.stages[-1].chances
    assert list(chances.values()) == sorted(chances.values(), reverse=True)
    assert sum(chances.values()) == pytest.approx(1, abs=1e-5)
    for character, chance in chances.items():
        assert chance == pytest.approx(float(expected[run.tokenizer.encode(character)[0]]), abs=1e-5)


def test_real_words_are_counted_by_hand() -> None:
    known = first_model.words_of("The cat sat on the mat, and it's raining.")
    assert "it's" in known
    assert first_model.real_words(["The cat zat on t"], known) == 0.75
    assert first_model.real_words(["The cat sat", "zat x y"], known) == 0.5
    assert first_model.real_words(["one", ""], known) == 0.0


def test_small_helpers() -> None:
    assert "Four boxes" in first_model.course_map().html()
    assert first_model.time_of_product(50, repeats=3) > 0


@pytest.mark.parametrize(
    ("rate", "tests", "chance"), [(0.2, 10, 0.1073741824), (0.0, 5, 1.0), (1.0, 1, 0.0), (0.5, 0, 1.0)]
)
def test_chance_of_passing(rate: float, tests: int, chance: float) -> None:
    assert first_model.chance_of_passing(rate, tests) == pytest.approx(chance)


def test_a_chance_needs_a_share() -> None:
    with pytest.raises(ValueError, match="share"):
        first_model.chance_of_passing(1.2, 3)
    with pytest.raises(ValueError, match="above 0"):
        first_model.error_free_tests(0.0)


@pytest.mark.parametrize("rate", [0.5, 0.2, 0.05, 0.01])
def test_error_free_tests_are_the_fewest_that_leave_little_doubt(rate: float) -> None:
    needed = first_model.error_free_tests(rate)
    assert needed == math.floor(math.log(0.05) / math.log(1 - rate)) + 1  # solved for n
    assert (1 - rate) ** needed < 0.05 <= (1 - rate) ** (needed - 1)
    assert f"| {needed} |" in first_model.tests_needed([rate]).data
