"""The chain rule at work: numbers that remember how they were made, and networks made of them (lesson 05).

`Value` is a number that knows what it was computed from, so that the chain rule can run backwards through it. A
`Neuron` is a handful of them, a `Layer` some neurons side by side, and `ValueMLP` layers in a row: the same network as
`mlp.MLP`, one number at a time. It shows that nothing else is inside.
"""

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np

Bend = Literal["relu", "tanh", "identity"]

Number = float | int | np.floating | np.integer


class Value:
    """A number that remembers how it was made, so that `backward` can find what it depends on, and how much.

    `parents` are the values it was made from and `slopes` how fast it grows with each of them. After
    `backward`, `grad` says how fast the result grows with this value.
    """

    __array_ufunc__ = None  # a number of NumPy's on the left leaves the arithmetic to us

    def __init__(
        self,
        data: Number,
        parents: tuple["Value", ...] = (),
        slopes: tuple[float | int, ...] = (),
        op: str = "",
        label: str = "",
    ) -> None:
        if not isinstance(data, Number):
            raise ValueError(f"data={data!r}; expected a number")
        self.data = float(data)
        self.grad = 0.0
        self.parents, self.slopes = parents, slopes
        self.op, self.label = op, label  # for pictures of the graph

    def __repr__(self) -> str:
        name = f"{self.label}: " if self.label else ""
        return f"Value({name}data={self.data:.6g}, grad={self.grad:.6g})"

    # Each operation computes its result and, beside it, the slopes.

    def __add__(self, other: "Value | Number") -> "Value":
        other = as_value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other: "Value | Number") -> "Value":
        other = as_value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data), "*")

    def __truediv__(self, other: "Value | Number") -> "Value":
        other = as_value(other)
        quotient = self.data / other.data
        return Value(quotient, (self, other), (1 / other.data, -quotient / other.data), "/")

    def __pow__(self, exponent: Number) -> "Value":
        """Raise to a fixed power. Raises ValueError where the result or its slope is no real number."""
        if not isinstance(exponent, Number):
            raise ValueError(f"exponent={exponent!r}; expected a number, not a Value")
        if self.data < 0 and exponent != int(exponent):
            raise ValueError(f"{self.data} ** {exponent} is no real number; expected a whole exponent")
        if self.data == 0 and exponent < 1 and exponent != 0:
            raise ValueError(f"0 ** {exponent} has no finite slope; expected an exponent of 1 or more, or 0")
        slope = float(exponent * self.data ** (exponent - 1)) if exponent else 0.0
        return Value(self.data**exponent, (self,), (slope,), f"**{exponent:g}")

    def relu(self) -> "Value":
        return Value(max(self.data, 0.0), (self,), (1.0 if self.data > 0 else 0.0,), "relu")

    def tanh(self) -> "Value":
        y = math.tanh(self.data)
        return Value(y, (self,), (1 - y * y,), "tanh")

    def exp(self) -> "Value":
        y = math.exp(self.data)
        return Value(y, (self,), (y,), "exp")

    def log(self) -> "Value":
        """Natural logarithm. Raises ValueError unless the value is above zero."""
        if not self.data > 0:
            raise ValueError(f"data={self.data}; expected more than 0 for a logarithm")
        return Value(math.log(self.data), (self,), (1 / self.data,), "log")

    # The other spellings are made of those above.

    def __neg__(self) -> "Value":
        return self * -1.0

    def __sub__(self, other: "Value | Number") -> "Value":
        return self + (-as_value(other))

    def __rsub__(self, other: Number) -> "Value":
        return as_value(other) - self

    def __rtruediv__(self, other: Number) -> "Value":
        return as_value(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    def graph(self) -> list["Value"]:
        """Return every value that this one was made from, parents before children, itself last.

        A stack instead of recursion, so that no graph is too deep.
        """
        order: list[Value] = []
        seen: set[int] = set()
        stack = [(self, False)]
        while stack:
            value, parents_done = stack.pop()
            if parents_done:
                order.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                stack.append((value, True))
                stack.extend((parent, False) for parent in value.parents)
        return order

    def backward(self) -> None:
        """Write into `grad` of every value in the graph how fast this value grows with it.

        As in torch, the values that the graph starts from add up over calls: `zero_grad` before the next.
        """
        order = self.graph()
        for value in order:
            if value.parents:
                value.grad = 0.0  # only the starting values remember earlier calls
        self.grad += 1.0  # each value grows with itself at rate 1
        for value in reversed(order):
            for parent, slope in zip(value.parents, value.slopes, strict=True):
                parent.grad += slope * value.grad  # += because a value can be used more than once

    def zero_grad(self) -> None:
        """Set `grad` of every value in the graph to zero."""
        for value in self.graph():
            value.grad = 0.0


def as_value(number: Value | Number) -> Value:
    """Return `number` as a `Value`; a `Value` stays the same object."""
    return number if isinstance(number, Value) else Value(number)


class Neuron:
    """One unit: multiply each input by a weight, add up, add the bias, bend.

    `weights` are drawn from `chance` with a spread of 1 / sqrt(inputs), the bias starts at 0. Raises ValueError unless
    there is at least one input, or for an unknown bend.
    """

    def __init__(self, n_inputs: int, bend: Bend = "tanh", chance: random.Random | None = None) -> None:
        if n_inputs < 1:
            raise ValueError(f"n_inputs={n_inputs}; expected at least 1")
        if bend not in ("relu", "tanh", "identity"):
            raise ValueError(f"bend={bend!r}; expected 'relu', 'tanh' or 'identity'")
        chance = chance or random.Random(0)
        self.bend = bend
        self.weights = [Value(chance.gauss(0, 1 / math.sqrt(n_inputs))) for _ in range(n_inputs)]
        self.bias = Value(0)

    def __call__(self, inputs: Sequence[Value | float | int]) -> Value:
        """Return the unit's output. Raises ValueError unless there is one input for each weight."""
        if len(inputs) != len(self.weights):
            raise ValueError(f"{len(inputs)} inputs; expected {len(self.weights)}")
        total = sum((w * x for w, x in zip(self.weights, inputs, strict=True)), start=self.bias)
        return total.tanh() if self.bend == "tanh" else total.relu() if self.bend == "relu" else total

    def parameters(self) -> list[Value]:
        """Return its weights and, last, its bias."""
        return [*self.weights, self.bias]


class Layer:
    """Units side by side: each reads all inputs and gives one number."""

    def __init__(
        self, n_inputs: int, n_units: int, bend: Bend = "tanh", chance: random.Random | None = None
    ) -> None:
        if n_units < 1:
            raise ValueError(f"n_units={n_units}; expected at least 1")
        chance = chance or random.Random(0)
        self.neurons = [Neuron(n_inputs, bend, chance) for _ in range(n_units)]

    def __call__(self, inputs: Sequence[Value | float | int]) -> list[Value]:
        return [neuron(inputs) for neuron in self.neurons]

    def parameters(self) -> list[Value]:
        return [value for neuron in self.neurons for value in neuron.parameters()]


class ValueMLP:
    """Layers in a row, a bend in all but the last: the twin of `mlp.MLP` in single numbers.

    `sizes` are the widths from input to output. Raises ValueError for fewer than two sizes or a size below 1.
    """

    def __init__(
        self, sizes: Sequence[int], activation: Literal["relu", "tanh"] = "tanh", seed: int = 0
    ) -> None:
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"sizes={tuple(sizes)}; expected at least two widths of at least 1")
        if activation not in ("relu", "tanh"):
            raise ValueError(f"activation={activation!r}; expected 'relu' or 'tanh'")
        chance = random.Random(seed)
        bends: list[Bend] = [*[activation] * (len(sizes) - 2), "identity"]
        shapes = zip(pairwise(sizes), bends, strict=True)
        self.layers = [Layer(n_in, n_out, bend, chance) for (n_in, n_out), bend in shapes]

    def __call__(self, x: Sequence[Value | float | int]) -> list[Value]:
        """Return one value per output. Raises ValueError if `x` has another length than the first layer."""
        signal: Sequence[Any] = x
        for layer in self.layers:
            signal = layer(signal)
        return list(signal)

    def parameters(self) -> list[Value]:
        return [value for layer in self.layers for value in layer.parameters()]
