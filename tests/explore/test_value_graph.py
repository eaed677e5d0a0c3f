"""The drawn graph says what the engine computed, and gradients appear from the end backwards."""

from __future__ import annotations

import re

import pytest

from course_lib.explore import value_graph
from course_lib.explore.value_graph import Value


def test_the_list_names_every_value_and_reveals_gradients_from_the_end() -> None:
    loss = value_graph.one_neuron(2.0, 0.75)
    nodes = value_graph.lay_out(loss)
    assert [node.name for node in nodes][-1] == "loss"
    columns = {id(node.value): node.column for node in nodes}
    for node in nodes:
        assert all(columns[id(parent)] < node.column for parent in node.value.parents)
    whole = value_graph.listing(loss).splitlines()
    assert "w = 0.75   gradient 4" in whole
    assert sum("gradient" in line for line in value_graph.listing(loss, 3).splitlines()) == 3
    assert "gradient" not in value_graph.listing(loss, 0)


def test_each_step_says_what_was_multiplied() -> None:
    loss = value_graph.one_neuron(2.0, 0.75)
    said = [value_graph.draw_graph(loss, step)[1] for step in range(10)]
    assert said[0].startswith("Forwards: 9 values")
    assert said[1].startswith("Backwards begins")
    assert len(set(said)) == 10
    assert any(
        "The gradient of w: local slope × gradient of what it went into, 2 × 2 (through p) = 4" in s
        for s in said
    )
    dead = value_graph.one_neuron(-2.0, 1.0)
    assert "gradient 0" in value_graph.listing(dead).replace("\u2212", "-")


def test_a_shared_value_adds_up() -> None:
    x = Value(3.0, label="x")
    y = x * x + x
    y.backward()
    picture = value_graph.draw_shared(y, x)
    assert "3 + 3 + 1 = 7" in picture.caption
    assert "x is used 3 times (twice in x × x), and" in picture.caption
    assert "gradient 7" in picture.sentence


def test_the_view_moves() -> None:
    view = value_graph.gradients_flow()
    view.widget()
    view.controls["step"].value = 3
    third = view.sentence
    view.controls["x"].value = -1.0
    assert view.sentence != third
    assert len(set(re.findall(r'alt="([^"]+)"', view.frozen()))) == 3


def test_training_learns_xor_and_its_gradients_are_torchs() -> None:
    run = value_graph.train_values(seed=1, steps=120)
    assert run.right == 4
    assert run.losses[-1] < 0.2 < run.losses[0]
    for model in (run.model, value_graph.ValueMLP((2, 3, 3, 1), seed=4)):
        assert value_graph.difference_to_torch(model) < 1e-12
        assert max(abs(value.grad) for value in model.parameters()) > 1e-3


@pytest.mark.slow
def test_without_zeroing_the_loss_keeps_rising() -> None:
    finding = value_graph.with_and_without_zeroing(range(2), steps=100)
    assert 25 < float(finding.measured) < 75
    assert "with zeroing in none" in finding.says
    assert "You guessed 4" in finding.show(4).caption
