"""Near copies: what is said of made-up models is what was put into them."""

from __future__ import annotations

import pytest
import torch

from course_lib.evaluation.copies import copy_report, measure_copies, nearest

DICE = torch.Generator().manual_seed(3)
TRAINING, HELD_OUT = torch.randn(100, 1, 4, 4, generator=DICE), torch.randn(200, 1, 4, 4, generator=DICE)


def test_the_nearest_one_is_found_and_a_copy_is_at_distance_zero() -> None:
    distance, place = nearest(TRAINING[[7, 3]] + torch.tensor([0.0, 0.5]).view(2, 1, 1, 1), TRAINING)
    assert place.tolist() == [7, 3]
    assert distance[0] == 0
    assert distance[1] == pytest.approx(0.5 * 4, abs=1e-5)


def test_a_copyist_is_told_from_a_model_that_makes_new_things() -> None:
    copyist = measure_copies(
        lambda n, dice: TRAINING[torch.randint(100, (n,), generator=dice)] + 0.1, TRAINING, HELD_OUT, n=50
    )
    honest = measure_copies(
        lambda n, dice: torch.randn(n, 1, 4, 4, generator=dice), TRAINING, HELD_OUT, n=200
    )
    assert copyist.rate == 1
    assert copyist.ratio < 0.3
    assert honest.rate < 0.05
    assert honest.ratio == pytest.approx(1, abs=0.1)
    assert honest.interval[0] <= honest.rate <= honest.interval[1]


def test_half_copies_give_a_rate_of_one_half() -> None:
    samples = torch.cat([TRAINING[:20], torch.full((20, 1, 4, 4), 9.0)])
    report = copy_report(samples, TRAINING, HELD_OUT)
    assert (report.copies, report.n, report.rate) == (20, 40, 0.5)
    assert report.threshold == pytest.approx(float(nearest(HELD_OUT, TRAINING)[0].quantile(0.01)))


def test_the_same_seed_gives_the_same_report() -> None:
    def make(n: int, dice: torch.Generator) -> torch.Tensor:
        return torch.randn(n, 1, 4, 4, generator=dice)

    one, same, other = (measure_copies(make, TRAINING, HELD_OUT, n=30, seed=seed) for seed in (5, 5, 6))
    assert one == same != other


@pytest.mark.parametrize(
    ("samples", "training", "held_out", "quantile"),
    [
        (TRAINING[:0], TRAINING, HELD_OUT, 0.01),
        (TRAINING, TRAINING[:0], HELD_OUT, 0.01),
        (TRAINING, TRAINING, HELD_OUT[:0], 0.01),
        (TRAINING, TRAINING, HELD_OUT, 0.0),
        (TRAINING, TRAINING, HELD_OUT, 1.0),
        (TRAINING.flatten(1), TRAINING, HELD_OUT, 0.01),
    ],
)
def test_what_cannot_be_measured_is_refused(
    samples: torch.Tensor, training: torch.Tensor, held_out: torch.Tensor, quantile: float
) -> None:
    with pytest.raises(ValueError, match="expected"):
        copy_report(samples, training, held_out, quantile)


def test_a_model_that_makes_another_number_is_refused() -> None:
    with pytest.raises(ValueError, match="returned 2"):
        measure_copies(lambda n, dice: TRAINING[:2], TRAINING, HELD_OUT, n=3)
