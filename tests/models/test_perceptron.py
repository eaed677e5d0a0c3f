"""The perceptron against its theorem and scikit-learn; the autograd engine against differences and torch."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Perceptron as SklearnPerceptron

from course_lib.models.perceptron import Perceptron, Value, as_value


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


# --- Value -------------------------------------------------------------------------------------------------

UNARY = {
    "relu": lambda x: x.relu(),
    "tanh": lambda x: x.tanh(),
    "exp": lambda x: (x * 0.3).exp(),
    "log": lambda x: (x * x + 0.5).log(),
    "square": lambda x: x**2,
    "root": lambda x: (x * x + 1) ** 0.5,
    "inverse": lambda x: 1 / (x * x + 1),
    "negative": lambda x: -x,
    "minus from": lambda x: 2 - x,
    "minus": lambda x: x - 3,
}
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / (b * b + 1),
}

steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(sorted(UNARY)), st.integers(0, 99)),
        st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 99), st.integers(0, 99)),
    ),
    min_size=1,
    max_size=10,
)


def evaluate(program, leaves):
    """Run a random program; every step takes any earlier result, so that results are shared."""
    made = list(leaves)
    for step in program:
        if step[0] in UNARY:
            made.append(UNARY[step[0]](made[step[1] % len(made)]))
        else:
            made.append(BINARY[step[0]](made[step[1] % len(made)], made[step[2] % len(made)]))
    return sum(made[3:], made[0] * 0)


finite = st.floats(-2, 2).map(lambda x: round(x, 3))


@settings(max_examples=150, deadline=None)
@given(steps, st.tuples(finite, finite, finite))
def test_values_and_gradients_agree_with_torch(program, numbers):
    try:
        ours = [Value(number) for number in numbers]
        result = evaluate(program, ours)
    except OverflowError:
        assume(False)
    theirs = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    expected = evaluate(program, theirs)
    assume(abs(result.data) < 1e8)
    assert result.data == pytest.approx(float(expected.detach()), rel=1e-12, abs=1e-12)
    result.backward()
    expected.backward()
    for a, b in zip(ours, theirs, strict=True):
        assert a.grad == pytest.approx(0.0 if b.grad is None else float(b.grad), rel=1e-9, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(steps, st.tuples(finite, finite, finite))
def test_gradients_agree_with_central_differences(program, numbers):
    assume(all(step[0] != "relu" for step in program))  # its bend is tested by hand

    def f(*x):
        return evaluate(program, [Value(number) for number in x]).data

    leaves = [Value(number) for number in numbers]
    try:
        result = evaluate(program, leaves)
        h = 1e-5
        numeric = []
        curved = []
        for i in range(3):
            moved = [[n + k * h * (j == i) for j, n in enumerate(numbers)] for k in (-2, -1, 1, 2)]
            far_left, left, right, far_right = (f(*point) for point in moved)
            numeric.append((8 * (right - left) - (far_right - far_left)) / (12 * h))
            curved.append(abs(numeric[-1] - (right - left) / (2 * h)))
    except OverflowError:
        assume(False)
    assume(abs(result.data) < 1e4)
    assume(max(curved) < 1e-4)  # else the function bends too sharply for a difference to judge it
    result.backward()
    for leaf, slope in zip(leaves, numeric, strict=True):
        assert leaf.grad == pytest.approx(slope, rel=1e-5, abs=1e-5)


def test_shared_values_add_up():
    x = Value(3.0)
    y = x * x + x
    y.backward()
    assert x.grad == 7.0
    a = Value(2.0)
    b = a * 3
    (b * a + b).backward()  # a diamond: 3 a^2 + 3 a
    assert a.grad == 15.0


def test_backward_twice_adds_at_the_leaves_as_in_torch_and_not_after_zeroing():
    x = Value(0.7)
    y = ((x * x).tanh() + x).exp()
    y.backward()
    once = x.grad
    y.backward()
    assert x.grad == pytest.approx(2 * once, rel=1e-15)
    y.zero_grad()
    assert all(value.grad == 0 for value in y.graph())
    y.backward()
    assert x.grad == once
    assert y.grad == 1.0


def test_edges():
    for number, slope in [(0.0, 0.0), (1e-300, 1.0), (-1.0, 0.0)]:
        x = Value(number)
        x.relu().backward()
        assert x.grad == slope
    x = Value(0.0)
    (x**0 + x**1).backward()
    assert x.grad == 1.0
    x.backward()
    assert x.grad == 2.0  # a value on its own grows with itself
    assert as_value(x) is x


@pytest.mark.slow
def test_a_graph_of_any_depth():
    x = Value(1.0)
    y = x
    for _ in range(50_000):
        y = y + x
    y.backward()
    assert x.grad == 50_001
    assert len(y.graph()) == 50_001
    assert len(repr(y)) < 60


def test_parents_come_before_children():
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    c = a * b
    d = c + a
    place = {id(value): i for i, value in enumerate(d.graph())}
    assert len(place) == 4
    for value in (c, d):
        assert all(place[id(parent)] < place[id(value)] for parent in value.parents)
    assert repr(a) == "Value(a: data=1, grad=0)"
    assert (c.op, (a**2).op) == ("*", "**2")


@pytest.mark.usefixtures("as_a_learner")
def test_what_has_no_slope_is_refused():
    with pytest.raises(ValueError, match="no real number"):
        Value(-1.0) ** 0.5
    with pytest.raises(ValueError, match="no finite slope"):
        Value(0.0) ** 0.5
    with pytest.raises(ValueError, match=r"data=0.0; expected more than 0"):
        Value(0.0).log()
    with pytest.raises(ValueError, match="data='3'"):
        Value("3")
    with pytest.raises(ValueError, match="not a Value"):
        Value(2.0) ** Value(2.0)
    with pytest.raises(ZeroDivisionError):
        Value(2.0) / 0
    assert math.isinf((Value(1e308) * 10).data)


@pytest.mark.parametrize("number", [np.int64(3), np.float32(3), np.float64(3), 3, True + 2])
def test_numbers_of_numpy_are_numbers(number):
    x = Value(2.0)
    for result, data, slope in (
        (x * number, 6.0, 3.0),
        (number * x, 6.0, 3.0),
        (number + x, 5.0, 1.0),
        (number - x, 1.0, -1.0),
        (number / x, 1.5, -0.75),
        (x**number, 8.0, 12.0),
    ):
        assert isinstance(result, Value)
        x.grad = 0.0
        result.backward()
        assert (result.data, x.grad) == (data, slope)
    with pytest.raises((ValueError, TypeError)):
        Value(np.array([1.0, 2.0]))
