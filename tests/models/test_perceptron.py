"""The perceptron against its theorem and scikit-learn."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Perceptron as SklearnPerceptron

from course_lib.models.perceptron import Perceptron


def separable(seed: int, n: int = 40, gap: float = 0.2) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Points on both sides of a random line through the origin, none closer to it than `gap`."""
    generator = torch.Generator().manual_seed(seed)
    normal = torch.nn.functional.normalize(torch.randn(2, generator=generator, dtype=torch.float64), dim=0)
    points = torch.randn(8 * n, 2, generator=generator, dtype=torch.float64)
    points = points[(points @ normal).abs() > gap][:n]
    return points, (points @ normal > 0).long(), normal


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_it_converges_within_novikoffs_bound(seed):
    points, labels, normal = separable(seed)
    model = Perceptron(2)
    mistakes = model.fit(points, labels, max_epochs=10_000)
    assert mistakes[-1] == 0
    assert torch.equal(model.predict(points), labels)
    longest = (points.square().sum(1) + 1).max()  # + 1: the bias is a weight on a constant 1
    margin = (points @ normal).abs().min()
    assert sum(mistakes) <= longest / margin**2


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_scikit_learn(seed):
    points, labels, _ = separable(seed, gap=0.05)
    first = int(labels.argmax())  # begin with a 1: on the line itself the two read a tie differently
    points, labels = points.roll(-first, 0), labels.roll(-first, 0)
    for epochs in (1, 3):
        ours = Perceptron(2)
        for _ in range(epochs):
            for point, label in zip(points, labels.tolist(), strict=True):
                ours.update(point, label)
        theirs = SklearnPerceptron(shuffle=False, tol=None, max_iter=epochs).fit(points, labels)
        torch.testing.assert_close(ours.weights, torch.from_numpy(theirs.coef_[0]), rtol=0, atol=1e-12)
        assert ours.bias == theirs.intercept_[0]


def test_one_update_by_hand():
    model = Perceptron(2)
    assert model.update(torch.tensor([2.0, -1.0]), 1)
    assert (model.weights.tolist(), model.bias) == ([2.0, -1.0], 1.0)
    assert not model.update(torch.tensor([1.0, 1.0]), 1)
    assert model.update(torch.tensor([1.0, 0.0]), 0)
    assert (model.weights.tolist(), model.bias) == ([1.0, -1.0], 0.0)


@pytest.mark.parametrize(
    ("labels", "can"),
    [([0, 0, 0, 1], True), ([0, 1, 1, 1], True), ([1, 1, 1, 0], True), ([0, 1, 1, 0], False)],
)
def test_it_learns_and_or_nand_but_not_xor(labels, can):
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    moves = []
    mistakes = Perceptron(2).fit(corners, torch.tensor(labels), on_mistake=lambda p: moves.append(p.bias))
    assert (mistakes[-1] == 0) is can
    assert len(moves) == sum(mistakes)
    if not can:
        assert len(mistakes) == 100
        assert min(mistakes) > 0


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="n_inputs=0"):
        Perceptron(0)
    model = Perceptron(2)
    with pytest.raises(ValueError, match=r"points.shape=\(4, 3\); expected 2"):
        model.predict(torch.zeros(4, 3))
    with pytest.raises(ValueError, match="label=-1; expected 0 or 1"):
        model.update(torch.zeros(2), -1)
    with pytest.raises(ValueError, match=r"labels.shape=\(3,\)"):
        model.fit(torch.zeros(4, 2), torch.zeros(3, dtype=torch.long))
    with pytest.raises(ValueError, match="not finite"):
        model.fit(torch.full((4, 2), torch.nan), torch.zeros(4, dtype=torch.long))
    with pytest.raises(ValueError, match="max_epochs=0"):
        model.fit(torch.zeros(4, 2), torch.zeros(4, dtype=torch.long), 0)
