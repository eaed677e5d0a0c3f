"""A tiny decision-maker: the perceptron (lesson 05).

It draws one straight line and moves it after every mistake. That rule can't train layers, because a yes or no has no
slope; `value.py` has what came instead.

Letters at line ends: N examples, F features.
"""

from collections.abc import Callable

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
