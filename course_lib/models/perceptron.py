"""From one tiny decision-maker to the chain rule: the perceptron, then a scalar autograd engine (lesson 05).

A perceptron draws one straight line and moves it after every mistake. That rule can't train layers, because
a yes or no has no slope. `Value` is what came instead: a number that remembers how it was made, so that the
chain rule can run backwards through it.

Letters at line ends: N examples, F features.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor


class Perceptron:
    """Says 1 where `x @ weights + bias` is above zero, else 0 (Rosenblatt 1958).

    Raises ValueError unless there is at least one input.
    """

    def __init__(self, n_inputs: int) -> None:
        if n_inputs < 1:
            raise ValueError(f"n_inputs={n_inputs}; expected at least 1")
        self.weights = torch.zeros(n_inputs, dtype=torch.float64)  # (F,)
        self.bias = 0.0

    def score(self, points: Float[Tensor, "*batch features"]) -> Float[Tensor, "*batch"]:
        """Return the signed distance of each point from the line, times the length of the weights."""
        if points.ndim < 1 or points.shape[-1] != len(self.weights):
            raise ValueError(
                f"points.shape={tuple(points.shape)}; expected {len(self.weights)} numbers in the last axis"
            )
        return points.to(self.weights) @ self.weights + self.bias

    def predict(self, points: Float[Tensor, "*batch features"]) -> Int[Tensor, "*batch"]:
        """Return 1 or 0 for each point; a point on the line itself is 0."""
        return (self.score(points) > 0).long()

    def update(self, point: Float[Tensor, " features"], label: int) -> bool:
        """Look at one example, move the line if its answer is wrong, and say whether it was wrong."""
        if label not in (0, 1):
            raise ValueError(f"label={label}; expected 0 or 1")
        mistake = label - int(self.predict(point))  # 1: said no to a yes; -1: said yes to a no; 0: right
        self.weights = self.weights + mistake * point.to(self.weights)  # (F,)
        self.bias += mistake
        return mistake != 0

    def fit(
        self,
        points: Float[Tensor, "examples features"],
        labels: Int[Tensor, " examples"],
        max_epochs: int = 100,
        on_mistake: Callable[["Perceptron"], None] | None = None,
    ) -> list[int]:
        """Go through the examples until all are right, and return the number of mistakes of each round.

        The list ends with 0 if a line was found. If a line exists one is found (Novikoff 1962), after at most
        (longest point / widest margin)^2 mistakes; if none exists, as for XOR, all `max_epochs` are used.
        `on_mistake(self)` is called after every move of the line.
        """
        if points.ndim != 2 or labels.shape != points.shape[:1] or not len(points):
            raise ValueError(
                f"points.shape={tuple(points.shape)} and labels.shape={tuple(labels.shape)}; "
                "expected (examples, features) and (examples,), with at least one example"
            )
        if not bool(points.isfinite().all()):
            raise ValueError("points hold a number that is not finite; no line goes round it")
        if max_epochs < 1:
            raise ValueError(f"max_epochs={max_epochs}; expected at least 1")
        mistakes: list[int] = []
        while len(mistakes) < max_epochs and (not mistakes or mistakes[-1] > 0):
            mistakes.append(0)
            for point, label in zip(points, labels.tolist(), strict=True):
                if self.update(point, label):
                    mistakes[-1] += 1
                    if on_mistake is not None:
                        on_mistake(self)
        return mistakes


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
