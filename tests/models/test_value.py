"""The autograd engine against differences and torch; networks of single values against the MLP of tensors."""

import math
import random

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_lib.models.mlp import MLP, MLPConfig
from course_lib.models.value import Layer, Neuron, Value, ValueMLP, as_value

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


# --- neurons, layers, networks ------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_twin_of_single_values_agrees_with_the_mlp(activation):
    small = ValueMLP((3, 4, 2), activation, seed=5)
    model = MLP(MLPConfig(3, 2, (4,), activation)).double()
    with torch.no_grad():
        for layer, twin in zip(model.layers, small.layers, strict=True):
            rows = torch.tensor(
                [[v.data for v in unit.parameters()] for unit in twin.neurons], dtype=torch.float64
            )
            layer.weight.copy_(rows[:, :-1])
            layer.bias.copy_(rows[:, -1] + 0.1)
    for layer in small.layers:
        for unit in layer.neurons:
            unit.bias.data += 0.1
    x = [0.5, -1.25, 2.0]
    out = small(x)
    logits = model(torch.tensor([x], dtype=torch.float64)).logits[0]
    assert [value.data for value in out] == pytest.approx(logits.tolist(), abs=1e-12)
    (out[0] * out[0] + out[1]).backward()
    (logits[0] ** 2 + logits[1]).backward()
    for layer, twin in zip(model.layers, small.layers, strict=True):
        both = torch.cat((layer.weight.grad, layer.bias.grad[:, None]), dim=1)
        ours = torch.tensor(
            [[v.grad for v in unit.parameters()] for unit in twin.neurons], dtype=torch.float64
        )
        torch.testing.assert_close(ours, both, atol=1e-12, rtol=1e-12)
    assert len(small.parameters()) == sum(p.numel() for p in model.parameters())


def test_single_values_learn_xor():
    corners, labels = [(0, 0), (0, 1), (1, 0), (1, 1)], [-1, 1, 1, -1]
    model = ValueMLP((2, 4, 1), seed=1)
    losses = []
    for _ in range(150):
        loss = sum(((model(x)[0] - y) ** 2 for x, y in zip(corners, labels, strict=True)), start=0) / 4
        loss.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            parameter.data -= 0.2 * parameter.grad
        losses.append(loss.data)
    assert losses[-1] < 0.05 < losses[0]
    assert [model(x)[0].data > 0 for x in corners] == [False, True, True, False]


def test_a_neuron_by_hand():
    neuron = Neuron(2, "relu")
    for value, number in zip(neuron.parameters(), (2.0, -1.0, 0.5), strict=True):
        value.data = number
    out = neuron([3.0, 4.0])
    assert out.data == 2.5
    out.backward()
    assert [value.grad for value in neuron.parameters()] == [3.0, 4.0, 1.0]
    assert neuron([0.0, 4.0]).data == 0.0
    assert Neuron(2, "identity", random.Random(3)).weights[0].data != Neuron(2).weights[0].data
    assert len(Layer(2, 5).parameters()) == 15


@pytest.mark.usefixtures("as_a_learner")
def test_networks_of_values_refuse_what_they_cannot_read():
    with pytest.raises(ValueError, match="sizes="):
        ValueMLP((2,))
    with pytest.raises(ValueError, match="activation='gelu'"):
        ValueMLP((2, 1), "gelu")
    with pytest.raises(ValueError, match="3 inputs; expected 2"):
        ValueMLP((2, 1))([1, 2, 3])
    with pytest.raises(ValueError, match="n_inputs=0"):
        Neuron(0)
    with pytest.raises(ValueError, match="bend='step'"):
        Neuron(2, "step")
    with pytest.raises(ValueError, match="n_units=0"):
        Layer(2, 0)
