"""Whether a model that is 90 % sure is right in 90 % of the cases."""

from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor

from course_lib.evaluation.intervals import wilson_interval


def check_answers(confidence: Tensor, right: Tensor) -> None:
    """Raise ValueError unless there are answers, each with a probability and whether it was right."""
    if confidence.ndim != 1 or confidence.shape != right.shape or not len(confidence):
        raise ValueError(
            f"confidence.shape={tuple(confidence.shape)}, right.shape={tuple(right.shape)}; "
            "expected (answers,) each, with at least one answer"
        )
    if not bool(((confidence >= 0) & (confidence <= 1)).all()):
        raise ValueError("confidence has a value outside 0 to 1; expected probabilities")


@dataclass(frozen=True)
class ConfidenceBin:
    """The answers whose confidence is above `low` and at most `high` (0 belongs to the first bin)."""

    low: float
    high: float
    n: int
    confidence: float  # mean of the answers in this bin
    right: int

    @property
    def accuracy(self) -> float:
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of `accuracy`: a bin of few answers says little."""
        return wilson_interval(self.right, self.n)

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.low:.2f}-{self.high:.2f}: {self.n} answers, said {self.confidence:.0%}, "
            f"right {self.accuracy:.0%} (95 % interval {low:.0%} to {high:.0%})"
        )


def reliability_table(
    confidence: Float[Tensor, " n"], right: Bool[Tensor, " n"], n_bins: int = 10
) -> list[ConfidenceBin]:
    """Return the bins, of equal width, that hold at least one answer, from unsure to sure.

    `confidence` is the probability that the model gave to its answer, `right` whether that was true. Raises
    ValueError for no answers or not as many of both, a confidence outside 0 to 1, or n_bins < 1.
    """
    if n_bins < 1:
        raise ValueError(f"n_bins={n_bins}; expected at least 1")
    check_answers(confidence, right)
    sure = confidence.double()
    table = []
    for i in range(n_bins):
        low, high = i / n_bins, (i + 1) / n_bins
        inside = (sure <= high) & ((sure > low) if i else (sure >= 0))
        n = int(inside.sum())
        if n:
            table.append(ConfidenceBin(low, high, n, float(sure[inside].mean()), int(right[inside].sum())))
    return table


def expected_calibration_error(
    confidence: Float[Tensor, " n"], right: Bool[Tensor, " n"], n_bins: int = 10
) -> float:
    """Return the mean distance of confidence and accuracy over the bins, weighted by their answers: 0 to 1.

    Depends on `n_bins` and is above 0 by chance alone when bins hold few answers. Raises ValueError as
    `reliability_table`. Source: Naeini et al. 2015; Guo et al. 2017, equation 3.
    """
    table = reliability_table(confidence, right, n_bins)
    return sum(row.n * abs(row.confidence - row.accuracy) for row in table) / len(confidence)


def brier_score(confidence: Float[Tensor, " n"], right: Bool[Tensor, " n"]) -> float:
    """Return the mean of (confidence - right)^2: 0 is best, 0.25 is what always saying 50 % gets (Brier 1950).

    Raises ValueError as `reliability_table`.
    """
    check_answers(confidence, right)
    return float((confidence.double() - right.double()).square().mean())
