"""Does a generative model make new things, or hand out its training examples? (lesson 08)

Every sample is compared with its nearest training example. What "near" means is read off real examples that were not
trained on: they are new by construction, so whatever lies nearer than nearly all of them is suspicious.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.evaluation.intervals import wilson_interval

Make = Callable[[int, torch.Generator], Tensor]  # how many, dice -> that many examples


def nearest(examples: Tensor, training: Tensor) -> tuple[Tensor, Tensor]:
    """Return for each example the Euclidean distance to the nearest training example, and which one it is.

    Args:
        examples: (N, ...).
        training: (M, ...), at least one, of the same shape otherwise.

    Raises:
        ValueError: no training examples, or other shapes.
    """
    if not len(training) or examples.shape[1:] != training.shape[1:]:
        raise ValueError(
            f"examples.shape={tuple(examples.shape)}, training.shape={tuple(training.shape)}; expected (N, ...) and "
            "(M, ...) with M of at least 1"
        )
    # without the matrix product, a copy has a distance of exactly 0
    distances = torch.cdist(
        examples.flatten(1), training.flatten(1), compute_mode="donot_use_mm_for_euclid_dist"
    )
    found = distances.min(dim=1)
    return found.values, found.indices


@dataclass(frozen=True)
class CopyReport:
    """How near `n` samples lie to the training examples.

    Attributes:
        threshold: a sample nearer than this counts as a copy: only `quantile` of the real new examples are.
        copies: how many of the samples are.
        distance: the median distance of a sample.
        usual: the median distance of a real new example.
    """

    n: int
    copies: int
    threshold: float
    distance: float
    usual: float
    quantile: float

    @property
    def rate(self) -> float:
        return self.copies / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the rate (Wilson): for more samples of this model, drawn in the same way."""
        return wilson_interval(self.copies, self.n)

    @property
    def ratio(self) -> float:
        """Median distance of a sample by that of a real new example: well below 1 means that the model copies."""
        return self.distance / self.usual if self.usual else math.inf


def copy_report(samples: Tensor, training: Tensor, held_out: Tensor, quantile: float = 0.01) -> CopyReport:
    """Compare samples with what the model was trained on, measured by real examples that it never saw.

    Raises:
        ValueError: no samples, no held-out examples, other shapes, or a quantile that is not between 0 and 1.
    """
    if not len(samples) or not len(held_out) or not 0 < quantile < 1:
        raise ValueError(
            f"{len(samples)} samples, {len(held_out)} held-out examples, quantile={quantile}; expected at least one of "
            "each, and 0 < quantile < 1"
        )
    made, _ = nearest(samples, training)
    real, _ = nearest(held_out, training)
    threshold = float(real.quantile(quantile))
    return CopyReport(
        len(samples),
        int((made < threshold).sum()),
        threshold,
        float(made.median()),
        float(real.median()),
        quantile,
    )


def measure_copies(
    make: Make, training: Tensor, held_out: Tensor, n: int = 300, seed: int = 0, quantile: float = 0.01
) -> CopyReport:
    """Let a model make `n` examples and compare them with its training examples. All chance comes from `seed`.

    Raises:
        ValueError: another number of samples than asked for; and as for `copy_report`.
    """
    samples = make(n, torch.Generator().manual_seed(seed))
    if len(samples) != n:
        raise ValueError(f"make({n}) returned {len(samples)} examples")
    return copy_report(samples, training, held_out, quantile)
