"""Which of two is better, case by case."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from course_lib.evaluation.intervals import mcnemar_exact, wilson_interval


@dataclass(frozen=True)
class WinRate:
    """Counts over a list of comparisons."""

    wins: int
    ties: int
    losses: int

    @property
    def n(self) -> int:
        return self.wins + self.ties + self.losses

    @property
    def share(self) -> float:
        """Wins, and half of the ties, of all: 0.5 is no difference."""
        return (self.wins + self.ties / 2) / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of `share`; a little too wide if there are ties."""
        return wilson_interval(self.wins + self.ties / 2, self.n)

    @property
    def p_value(self) -> float:
        """The chance of wins and losses at least as uneven if neither were better (exact sign test)."""
        return mcnemar_exact(self.wins, self.losses)

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.wins} won, {self.ties} tied, {self.losses} lost "
            f"({self.share:.0%}, 95 % interval {low:.0%} to {high:.0%})"
        )


def win_rate(
    scores: Sequence[float | int], others: Sequence[float | int], margin: float | int = 0.0
) -> WinRate:
    """Compare two scores per case; a difference of at most `margin` is a tie.

    Raises ValueError for lists of different or no length, a score that is no number, or a negative margin.
    """
    if len(scores) != len(others) or not scores:
        raise ValueError(
            f"scores has {len(scores)} entries, others {len(others)}; expected as many, at least 1"
        )
    if not margin >= 0:
        raise ValueError(f"margin={margin}; expected 0 or more")
    differences = [a - b for a, b in zip(scores, others, strict=True)]
    if any(math.isnan(difference) for difference in differences):  # it would count as a tie
        raise ValueError("scores or others have a value that is no number (nan); expected numbers to compare")
    wins, losses = sum(d > margin for d in differences), sum(d < -margin for d in differences)
    return WinRate(wins, len(differences) - wins - losses, losses)
