"""Intervals and tests against scipy."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.evaluation.intervals import (
    bootstrap_interval,
    mcnemar_exact,
    wilson_interval,
    zero_failure_bound,
)
from course_lib.evaluation.win_rate import win_rate

stats = pytest.importorskip("scipy.stats")


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_wilson_is_scipys(counts, confidence):
    k, n = counts
    expected = stats.binomtest(k, n).proportion_ci(confidence, method="wilson")
    assert wilson_interval(k, n, confidence) == pytest.approx(tuple(expected), abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_the_exact_binomial_test(b, c):
    expected = stats.binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
    assert mcnemar_exact(b, c) == pytest.approx(expected, rel=1e-9)
    assert mcnemar_exact(b, c) == mcnemar_exact(c, b)


def test_mcnemar_by_hand():
    """Five questions apart, all five for one model: 2 x (1/2)^5."""
    assert mcnemar_exact(5, 0) == 0.0625
    assert mcnemar_exact(0, 0) == 1.0
    assert mcnemar_exact(3, 3) == 1.0
    assert 0 <= mcnemar_exact(3000, 0) < 1e-300  # neither overflows nor complains


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 10_000), st.floats(0.5, 0.999))
def test_no_failure_is_not_no_risk(n, confidence):
    assert zero_failure_bound(n, confidence) == pytest.approx(stats.beta.ppf(confidence, 1, n), rel=1e-9)
    assert (1 - zero_failure_bound(n, confidence)) ** n == pytest.approx(1 - confidence, rel=1e-9)


def test_rule_of_three():
    assert zero_failure_bound(300) == pytest.approx(3 / 300, rel=0.01)


@pytest.mark.parametrize("name", ["mean", "median"])
def test_bootstrap_is_scipys(name):
    """Two random draws of 20 000 resamples: their bounds agree to a twentieth of the width."""
    values = np.random.default_rng(0).exponential(size=60)
    statistic = {"mean": None, "median": lambda x: x.quantile(0.5, dim=-1)}[name]
    low, high = bootstrap_interval(values.tolist(), statistic, 0.9, 20_000)
    expected = stats.bootstrap(
        (values,), getattr(np, name), n_resamples=20_000, confidence_level=0.9, method="percentile", rng=1
    ).confidence_interval
    assert (low, high) == pytest.approx(tuple(expected), abs=0.05 * (high - low))


def test_bootstrap_repeats_with_its_seed_and_covers_the_truth():
    """At 90 %, 200 samples of 50 normal values: the true mean is inside 180 times, give or take 4 sigma."""
    assert bootstrap_interval([1, 2, 4], seed=3) == bootstrap_interval([1, 2, 4], seed=3)
    assert bootstrap_interval([2.0, 2.0, 2.0]) == (2.0, 2.0)
    samples = torch.randn(200, 50, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    bounds = [bootstrap_interval(row.tolist(), confidence=0.9, n_resamples=500) for row in samples]
    assert 163 <= sum(low <= 0 <= high for low, high in bounds) <= 197


def test_win_rate_by_hand():
    result = win_rate([3, 1, 2, 5], [1, 2, 2, 0])
    assert (result.wins, result.ties, result.losses, result.n) == (2, 1, 1, 4)
    assert result.share == 0.625
    assert result.p_value == mcnemar_exact(2, 1)
    assert result.interval == wilson_interval(2.5, 4)
    assert "2 won, 1 tied, 1 lost (62%" in str(result)
    assert win_rate([3, 1, 2, 5], [1, 2, 2, 0], margin=2).wins == 1


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1), st.integers(0, 2))
def test_what_one_wins_the_other_loses(pairs, margin):
    first, second = [list(side) for side in zip(*pairs, strict=True)]
    ahead, behind = win_rate(first, second, margin), win_rate(second, first, margin)
    assert ahead.share + behind.share == pytest.approx(1)
    assert ahead.p_value == behind.p_value
    assert win_rate(first, first, margin).share == 0.5


def test_bad_input():
    with pytest.raises(ValueError, match="only_first=-1"):
        mcnemar_exact(-1, 0)
    with pytest.raises(ValueError, match="n=0"):
        zero_failure_bound(0)
    with pytest.raises(ValueError, match="confidence=1"):
        zero_failure_bound(5, 1.0)
    with pytest.raises(ValueError, match="values has 1"):
        bootstrap_interval([1])
    with pytest.raises(ValueError, match="n_resamples=0"):
        bootstrap_interval([1, 2], n_resamples=0)
    with pytest.raises(ValueError, match="confidence=0"):
        bootstrap_interval([1, 2], confidence=0.0)
    with pytest.raises(ValueError, match="scores has 1 entries, others 2"):
        win_rate([1], [1, 2])
    with pytest.raises(ValueError, match="margin=-1"):
        win_rate([1], [1], -1)
    with pytest.raises(ValueError, match="no number"):
        win_rate([1.0, float("nan")], [1.0, 1.0])
