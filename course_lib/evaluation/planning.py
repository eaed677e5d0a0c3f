"""How many cases a test needs, and what a rule for passing it lets through: exact, from the binomial distribution.

All of it holds for independent cases that are drawn like those that will come (lesson 12).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from course_lib.evaluation.intervals import wilson_interval

Interval = Callable[[int, int], tuple[float, float]]
Rule = Callable[[int, int], bool]  # (right, n) -> passes
Z = 1.959963984540054  # of a two-sided 95 % interval
MOST = 100_000  # cases; more are not looked for


@cache
def chances(n: int, truth: float) -> tuple[float, ...]:
    """Return the chances of 0, 1, ..., n right answers if each is right with chance `truth`.

    Raises ValueError for n < 0 or a truth outside 0 to 1.
    """
    if n < 0 or not 0 <= truth <= 1:
        raise ValueError(f"n={n}, truth={truth}; expected n >= 0 and a share from 0 to 1")
    if truth in (0, 1):
        return tuple(float(k == n * truth) for k in range(n + 1))
    logs = [
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        + k * math.log(truth) + (n - k) * math.log1p(-truth)
        for k in range(n + 1)
    ]  # fmt: skip
    return tuple(map(math.exp, logs))


def normal_interval(successes: int, n: int) -> tuple[float, float]:
    """Return share +- 1.96 standard errors, the interval of the first page of many textbooks.

    It has no width at 0 or n successes, and may end outside of 0 to 1. Raises ValueError for n < 1 or
    impossible successes.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"successes={successes}, n={n}; expected n >= 1 and 0 <= successes <= n")
    share = successes / n
    half = Z * math.sqrt(share * (1 - share) / n)
    return share - half, share + half


def coverage(interval: Interval, n: int, truth: float) -> float:
    """Return how often an interval from n cases contains the truth; a "95 %" interval promises about 0.95."""
    held = [low <= truth <= high for low, high in (interval(k, n) for k in range(n + 1))]
    return math.fsum(chance for chance, inside in zip(chances(n, truth), held, strict=True) if inside)


def low_end(right: int, n: int) -> float:
    """Return the lower end of Wilson's 95 % interval for a share that was seen as `right` of `n` (lab 12).

    Raises ValueError as `wilson_interval`.
    """
    return wilson_interval(right, n)[0]


def by_point(threshold: float) -> Rule:
    """Return the rule that passes whoever is at or above the threshold in the sample."""
    return lambda right, n: right / n >= threshold


def by_bound(threshold: float) -> Rule:
    """Return the rule that passes only if the lower end of the 95 % Wilson interval reaches the threshold."""
    return lambda right, n: low_end(right, n) >= threshold


def chance_to_pass(rule: Rule, n: int, truth: float) -> float:
    """Return how often a system that is right with chance `truth` passes a test of n cases."""
    return math.fsum(chance for right, chance in enumerate(chances(n, truth)) if rule(right, n))


def passed_by(rule: Rule, n: int, truth: float, every: int = 10) -> dict[int, float]:
    """Return how often a system has passed by each look, if somebody looks after `every` cases and stops as it passes.

    Raises ValueError for every < 1.
    """
    if every < 1:
        raise ValueError(f"every={every}; expected at least 1")
    alive, passed, done = {0: 1.0}, 0.0, 0
    found = {}
    while done < n:
        more = min(every, n - done)
        done += more
        reached: dict[int, float] = {}
        for right, chance in alive.items():
            for new, share in enumerate(chances(more, truth)):
                reached[right + new] = reached.get(right + new, 0.0) + chance * share
        passed += sum(chance for right, chance in reached.items() if rule(right, done))
        alive = {right: chance for right, chance in reached.items() if not rule(right, done)}
        found[done] = passed
    return found


def chance_with_peeking(rule: Rule, n: int, truth: float, every: int = 10) -> float:
    """Return how often a system passes within n cases with a look after `every` cases (`passed_by`)."""
    return passed_by(rule, n, truth, every)[n]


def cases_needed(threshold: float, failures: int = 0) -> int:
    """Return the fewest cases with which `failures` failures still pass `by_bound(threshold)`.

    Raises ValueError for failures < 0, or a threshold that is not above 0 and below 1 or asks for more than
    100,000 cases.
    """
    if failures < 0 or not 0 < threshold < 1:
        raise ValueError(
            f"failures={failures}, threshold={threshold}; expected 0 or more, and a share below 1"
        )
    rule = by_bound(threshold)
    low, high = failures, max(1, failures)
    while not rule(high - failures, high):
        low, high = high, 2 * high
        if low > MOST:
            raise ValueError(f"threshold={threshold} with {failures} failures needs more than {MOST:,} cases")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if rule(middle - failures, middle) else (middle, high)
    return high


def cases_for_power(threshold: float, truth: float, power: float = 0.8, step: int = 10) -> int:
    """Return how many cases (in steps) let a system of that truth pass `by_bound(threshold)` with chance `power`.

    Raises ValueError unless threshold < truth <= 1 and 0 < power < 1.
    """
    if not threshold < truth <= 1 or not 0 < power < 1:
        raise ValueError(
            f"threshold={threshold}, truth={truth}, power={power}; expected threshold < truth <= 1"
        )
    rule = by_bound(threshold)
    n = step
    while chance_to_pass(rule, n, truth) < power:
        n += step
    return n
