"""XOR with a hidden layer: what the many starts learn is what the networks say, and no bend learns nothing."""

from __future__ import annotations

import pytest
import torch

from course_lib.explore import xor
from course_lib.models.mlp import ACTIVATIONS, MLP, MLPConfig


def test_every_start_begins_with_the_weights_of_the_course_and_counts_its_own_corners() -> None:
    for activation in ("relu", "tanh"):
        for one in xor.train_starts(activation, (2, 3), starts=8, steps=40):
            into, bias, out, last = one.weights
            hidden = ACTIVATIONS[activation](xor.CORNERS @ into + bias[:, None])
            scores = (hidden * out[:, None]).sum(2) + last[:, None]
            right = ((2 * xor.XOR - 1) * scores > xor.SURE).sum(1)
            assert torch.equal(right, one.right)
            assert into.shape == (8, 2, one.width)
    first, out = xor._drawn("relu", 400, 50, seed=0)
    model = MLP(MLPConfig(2, 1, (400,)), torch.Generator().manual_seed(0))
    assert float(first.std()) == pytest.approx(float(model.layers[0].weight.detach().std()), rel=0.1)
    assert float(out.std()) == pytest.approx(float(model.layers[1].weight.detach().std()), rel=0.1)


def test_the_same_seed_gives_the_same_and_another_one_does_not() -> None:
    one, again, other = (xor.train_starts("tanh", (2,), 30, 30, seed=seed)[0] for seed in (0, 0, 1))
    assert torch.equal(one.weights[0], again.weights[0])
    assert not torch.equal(one.weights[0], other.weights[0])


@pytest.mark.slow
def test_what_the_lesson_says_about_widths_and_bends() -> None:
    found = xor.many_starts(("identity", "tanh", "relu"), (1, 2, 8), starts=200)
    assert max(found["identity", width].share for width in (1, 2, 8)) == 0
    assert found["relu", 1].share == 0
    assert 0.05 < found["relu", 2].share < 0.25 < found["tanh", 2].share < 0.65
    assert found["relu", 8].share > 0.8
    finding = xor.how_often_solved(found)
    assert finding.measured == f"{found['relu', 2].share:.0%}"
    assert "Without a bend no network" in finding.says
    assert "tanh" in finding.says
    assert "ReLU 1: 0%" in finding.show("40 %").sentence
    picture = xor.draw_gallery(found["relu", 2], 4, 2)
    assert f"{int(found['relu', 2].solved[:8].sum())} of them" in picture.sentence


def test_the_fold_moves_the_corners() -> None:
    def hidden(points: torch.Tensor) -> torch.Tensor:
        total = points.sum(1)
        return torch.stack([torch.relu(total), torch.relu(total - 1)], 1)

    assert "(1, 1) to (2, 1)" in xor.draw_fold(hidden).sentence
