"""Calibration against scikit-learn, and by hand."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from course_lib.evaluation.calibration import brier_score, expected_calibration_error, reliability_table
from course_lib.evaluation.intervals import wilson_interval

ANSWERS = st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=1, max_size=80)


def tensors(answers: list[tuple[int, bool]]) -> tuple[torch.Tensor, torch.Tensor]:
    confidence, right = zip(*answers, strict=True)
    return torch.tensor(confidence, dtype=torch.float64) / 100, torch.tensor(right)


@settings(deadline=None)
@given(ANSWERS, st.sampled_from([1, 2, 5, 10]))
def test_bins_and_error_are_scikit_learns(answers, n_bins):
    """Confidences in hundredths, so that many stand exactly on the edge of a bin."""
    confidence, right = tensors(answers)
    accuracy, mean = calibration_curve(right.numpy(), confidence.numpy(), n_bins=n_bins)
    table = reliability_table(confidence, right, n_bins)
    assert [row.accuracy for row in table] == pytest.approx(list(accuracy), abs=1e-12)
    assert [row.confidence for row in table] == pytest.approx(list(mean), abs=1e-12)
    assert sum(row.n for row in table) == len(right)
    error = sum(row.n * abs(a - c) for row, a, c in zip(table, accuracy, mean, strict=True)) / len(right)
    assert expected_calibration_error(confidence, right, n_bins) == pytest.approx(error, abs=1e-12)
    assert brier_score(confidence, right) == pytest.approx(
        brier_score_loss(right.int().numpy(), confidence.numpy(), pos_label=1), abs=1e-12
    )


def test_by_hand():
    """Four answers at 90 %, three of them right; two at 30 %, none right: (4 x 0.15 + 2 x 0.3) / 6."""
    confidence = torch.tensor([0.9] * 4 + [0.3] * 2, dtype=torch.float64)
    right = torch.tensor([True, True, True, False, False, False])
    assert expected_calibration_error(confidence, right) == pytest.approx(0.2)
    unsure, sure = reliability_table(confidence, right)
    assert (unsure.n, unsure.right, sure.n, sure.right) == (2, 0, 4, 3)
    assert sure.interval == wilson_interval(3, 4)
    assert "4 answers, said 90%, right 75%" in str(sure)


def test_a_model_that_is_right_as_often_as_it_says_has_no_error():
    confidence = torch.tensor([0.25] * 4 + [1.0] * 3)
    right = torch.tensor([True, False, False, False, True, True, True])
    assert expected_calibration_error(confidence, right) == pytest.approx(0)
    assert expected_calibration_error(confidence, ~right) == pytest.approx((4 * 0.5 + 3) / 7)


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input():
    one = torch.tensor([True])
    with pytest.raises(ValueError, match="n_bins=0"):
        reliability_table(torch.tensor([0.5]), one, 0)
    with pytest.raises(ValueError, match=r"confidence.shape=\(0,\).*at least one answer"):
        reliability_table(torch.tensor([]), one[:0])
    with pytest.raises(ValueError, match=r"confidence.shape=\(0,\).*at least one answer"):
        brier_score(torch.tensor([]), one[:0])
    for measure in (reliability_table, expected_calibration_error, brier_score):
        for bad in (-0.1, 1.1, float("nan")):
            with pytest.raises(ValueError, match="outside 0 to 1"):
                measure(torch.tensor([bad]), one)
        with pytest.raises(ValueError, match=r"right.shape=\(1,\); expected \(answers,\) each"):
            measure(torch.tensor([0.5, 0.6]), one)  # one answer would be taken for all
