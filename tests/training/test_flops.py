"""6ND by hand."""

import pytest

from course_lib.training.flops import achieved_flops, training_flops, training_time


def test_by_hand():
    assert training_flops(1_000_000, 20_000_000) == 1.2e14
    assert training_time(1e6, 20e6, 1e12) == pytest.approx(120)
    assert training_time(1e6, 20e6, 1e12, utilisation=0.5) == pytest.approx(240)
    assert achieved_flops(1e6, 25_000) == 1.5e11


def test_bad_input():
    with pytest.raises(ValueError, match="n_params=-1"):
        training_flops(-1, 5)
    with pytest.raises(ValueError, match="flops_per_s=0"):
        training_time(1, 1, 0)
    with pytest.raises(ValueError, match=r"utilisation=1\.5"):
        training_time(1, 1, 1, 1.5)
