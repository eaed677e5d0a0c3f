"""What a move, noise and a covered square cost a classifier: by hand on small images."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from course_lib.evaluation.robustness import (
    Counted,
    accuracy,
    by_slice,
    covered,
    measure_robustness,
    shift_robustness,
    usual_slices,
)


def brightest(images: Tensor) -> Tensor:
    return images.flatten(1).argmax(1)


def one_pixel(place: int, side: int = 3) -> Tensor:
    image = torch.zeros(1, 1, side, side)
    image.view(-1)[place] = 1.0
    return image


def test_four_directions_count_and_nothing_comes_back_on_the_other_side() -> None:
    middle_left = one_pixel(3)
    assert shift_robustness(brightest, middle_left, torch.tensor([3]), (0, 1)) == {0: 1.0, 1: 0.0}
    assert shift_robustness(brightest, middle_left, torch.tensor([4]), (1,)) == {1: 0.25}
    inked = shift_robustness(
        lambda x: (x.flatten(1).sum(1) > 0).long(), middle_left, torch.tensor([1]), (1, 9)
    )
    assert inked == {1: 0.75, 9: 0.0}


def test_nothing_to_measure_is_refused() -> None:
    image, label = one_pixel(0), torch.tensor([0])
    with pytest.raises(ValueError, match="N >= 1"):
        shift_robustness(brightest, image[:0], label[:0])
    with pytest.raises(ValueError, match="expected"):
        accuracy(brightest, image, torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="shifts has -1"):
        shift_robustness(brightest, image, label, (0, -1))
    with pytest.raises(ValueError, match="size=4"):
        next(covered(image, 4))
    with pytest.raises(ValueError, match="slice 'none'"):
        by_slice(brightest, image, label, {"none": torch.zeros(1, dtype=torch.bool)})


def test_a_square_is_laid_on_every_place() -> None:
    images = torch.ones(2, 1, 4, 5)
    found = list(covered(images, 3))
    assert len(found) == 2 * 3
    assert all(float(one.sum()) == 2 * (20 - 9) for one in found)
    assert bool((images == 1).all())


def test_slices_are_counted_by_themselves() -> None:
    images, labels = torch.cat([one_pixel(0), one_pixel(1), one_pixel(1)]), torch.tensor([0, 1, 2])
    found = by_slice(brightest, images, labels, {"first": labels < 1, "rest": labels >= 1})
    assert found == {"first": Counted(1, 1), "rest": Counted(1, 2)}
    assert str(found["rest"]).startswith("1 of 2 (")
    names = list(usual_slices(images, labels))
    assert names == ["0", "1", "2", "least ink", "most ink"]


def test_the_same_seed_gives_the_same_noise() -> None:
    images = torch.rand(40, 1, 8, 8, generator=torch.Generator().manual_seed(1))

    def fuller_half(batch: Tensor) -> Tensor:
        return (batch[..., :4].sum((1, 2, 3)) > batch[..., 4:].sum((1, 2, 3))).long()

    labels = fuller_half(images)
    one, same, other = (measure_robustness(fuller_half, images, labels, seed) for seed in (0, 0, 1))
    assert one == same
    assert one.changed != other.changed
    assert list(one.changed) == ["moved by 1", "moved by 2", "noise", "erased", "covered"]
    assert one.clean == Counted(40, 40)
    assert one.slices[one.worst_slice].share == min(each.share for each in one.slices.values())
