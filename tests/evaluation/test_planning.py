"""Coverage, chances to pass and numbers of cases, against scipy and counting."""

import numpy as np
import pytest
from scipy import stats

from course_lib.evaluation.intervals import wilson_interval
from course_lib.evaluation.planning import (
    by_bound,
    by_point,
    cases_for_power,
    cases_needed,
    chance_to_pass,
    chance_with_peeking,
    chances,
    coverage,
    normal_interval,
)


@pytest.mark.parametrize(("n", "truth"), [(0, 0.3), (1, 0.5), (20, 0.95), (400, 0.9), (7, 0.0), (7, 1.0)])
def test_chances_are_those_of_the_binomial_distribution(n: int, truth: float) -> None:
    assert chances(n, truth) == pytest.approx(list(stats.binom.pmf(range(n + 1), n, truth)), abs=1e-12)


def test_the_interval_of_the_textbook_covers_less_than_it_says() -> None:
    """Brown, Cai and DasGupta 2001: at n = 20 and p = 0.95 it holds in 64 % of all samples."""
    assert coverage(normal_interval, 20, 0.95) == pytest.approx(0.639, abs=5e-4)
    assert coverage(wilson_interval, 20, 0.95) == pytest.approx(0.925, abs=5e-4)


def test_coverage_is_how_often_a_drawn_sample_holds_the_truth() -> None:
    drawn = np.random.default_rng(0).binomial(30, 0.8, 20_000)
    held = np.mean([low <= 0.8 <= high for low, high in (wilson_interval(int(k), 30) for k in drawn)])
    assert coverage(wilson_interval, 30, 0.8) == pytest.approx(held, abs=0.01)


def test_a_point_passes_more_often_than_a_bound() -> None:
    assert chance_to_pass(by_point(0.9), 50, 0.88) == pytest.approx(stats.binom.sf(44, 50, 0.88))
    assert chance_to_pass(by_bound(0.9), 50, 0.88) < 0.01


def test_peeking_is_what_a_simulation_shows() -> None:
    rule, rng = by_bound(0.9), np.random.default_rng(1)
    right = rng.binomial(10, 0.9, (4000, 20)).cumsum(axis=1)
    stopped = [any(rule(int(k), 10 * (i + 1)) for i, k in enumerate(row)) for row in right]
    assert chance_with_peeking(rule, 200, 0.9) == pytest.approx(np.mean(stopped), abs=0.015)


@pytest.mark.parametrize("n", [10, 25, 40])
def test_whoever_looks_once_does_not_peek(n: int) -> None:
    rule = by_bound(0.8)
    assert chance_with_peeking(rule, n, 0.9, every=n) == pytest.approx(chance_to_pass(rule, n, 0.9))


@pytest.mark.parametrize(("threshold", "failures"), [(0.9, 0), (0.9, 3), (0.5, 1), (0.99, 0), (0.3, 5)])
def test_the_number_of_cases_is_the_first_that_passes(threshold: float, failures: int) -> None:
    n = cases_needed(threshold, failures)
    rule = by_bound(threshold)
    assert rule(n - failures, n)
    assert not any(rule(m - failures, m) for m in range(max(1, failures), n))


def test_flawless_needs_35_cases_for_90_per_cent() -> None:
    assert cases_needed(0.9) == 35


def test_power_is_reached_and_not_earlier() -> None:
    n = cases_for_power(0.9, 0.95)
    assert chance_to_pass(by_bound(0.9), n, 0.95) >= 0.8 > chance_to_pass(by_bound(0.9), n - 10, 0.95)


def test_bad_numbers_are_refused() -> None:
    for call in (
        lambda: chances(-1, 0.5),
        lambda: chances(3, 1.5),
        lambda: normal_interval(4, 3),
        lambda: cases_needed(1.0),
        lambda: cases_needed(0.9, -1),
        lambda: cases_needed(0.9999999),
        lambda: cases_for_power(0.9, 0.9),
        lambda: chance_with_peeking(by_point(0.5), 10, 0.5, every=0),
    ):
        with pytest.raises(ValueError, match=r"expected|needs"):
            call()
