"""A clean test leaves open what it leaves open."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.explore.clean_runs import draw_clean_runs, rate_left_open


def all_clean(probes: int, rate: float) -> float:
    """The chance that no probe fails: one factor for each."""
    chance = 1.0
    for _ in range(probes):
        chance *= 1 - rate
    return chance


@pytest.mark.parametrize("probes", [8, 40, 299])
def test_at_the_rate_left_open_one_test_in_twenty_is_clean(probes: int) -> None:
    finding = rate_left_open(probes)
    rate = float(str(finding.measured).rstrip("%")) / 100
    assert all_clean(probes, rate) == pytest.approx(0.05, abs=0.03)
    assert f"{rate:.0%}" in draw_clean_runs(probes).sentence


def test_the_draws_agree_with_the_formula() -> None:
    assert f"in {all_clean(8, 0.2):.0%} of all tries" in rate_left_open(8).says


def test_the_guess_is_drawn_where_the_reader_put_it() -> None:
    (axis,) = draw_clean_runs(8, guess="20 %").figure.axes
    assert [0.2, 0.2] in [np.asarray(line.get_xdata()).tolist() for line in axis.lines]
