"""What labels buy: the numbers that lesson 09 and its quiz name, and the rules of each draw."""

from __future__ import annotations

from statistics import fmean

import pytest
import torch

from course_lib.evaluation.label_budget import (
    measure_label_budget,
    one_per_group,
    read_by_nearest,
    some_of_each,
)


def test_chosen_labels_do_what_the_lesson_says() -> None:
    budget = measure_label_budget()
    assert round(budget.same_as_chosen(20)) == 94  # summary and quiz say "nearly a hundred" and "about 94"
    assert fmean(budget.random[20]) < fmean(budget.balanced[20]) - 0.05
    assert fmean(budget.balanced[20]) < fmean(budget.chosen[20]) - 0.05
    assert min(budget.chosen[20]) > max(budget.random[20])
    assert list(budget.random) == [10, 20, 50, 100, 200, 500, 1000]
    assert budget.same_as_chosen(20) > budget.same_as_chosen(10)


def test_draws_are_distinct_and_balanced() -> None:
    labels, dice = torch.arange(100) % 10, torch.Generator().manual_seed(0)
    rows = some_of_each(labels, 20, dice)
    assert labels[rows].bincount().tolist() == [2] * 10
    assert len(set(rows.tolist())) == 20
    with pytest.raises(ValueError, match="equally many"):
        some_of_each(labels, 15, dice)
    points = torch.randn(50, 2, generator=dice)
    assert len(one_per_group(points, 5, dice)) == 5
    assert read_by_nearest(points[:3], torch.tensor([7, 8, 9]), points[:3]).tolist() == [7, 8, 9]
    with pytest.raises(ValueError, match="at least 1"):
        read_by_nearest(points[:0], torch.zeros(0), points)
