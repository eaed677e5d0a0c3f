"""Lesson 05's perceptrons: the quick fit is the slow one, the sentences follow the numbers, XOR goes in circles."""

from __future__ import annotations

import re

import pytest
import torch

from course_lib.data.digits import load_digits
from course_lib.explore import perceptrons
from course_lib.models.perceptron import Perceptron


@pytest.mark.parametrize("seed", range(6))
def test_the_quick_fit_makes_the_same_mistakes_as_the_perceptron(seed: int) -> None:
    points, labels, normal = perceptrons.points_with_margin(0.05, 60, seed)
    assert float((points @ normal).abs().min()) > 0.05
    model = Perceptron(2)
    mistakes = model.fit(points, labels, 5000)
    quick = perceptrons.fit_quickly(points, labels, 5000)
    assert (quick.mistakes, quick.rounds, quick.closed) == (sum(mistakes), len(mistakes), mistakes[-1] == 0)
    assert quick.weights.tolist() == pytest.approx([*model.weights.tolist(), model.bias])
    assert quick.mistakes <= perceptrons.novikoffs_bound(points, normal)


def test_what_has_no_line_stays_open_and_the_program_knows_why() -> None:
    fit = perceptrons.fit_quickly(perceptrons.CORNERS, perceptrons.XOR, 20)
    assert (fit.closed, fit.rounds) == (False, 20)
    assert not perceptrons.a_line_exists(perceptrons.CORNERS, perceptrons.XOR)
    assert perceptrons.a_line_exists(perceptrons.CORNERS, torch.tensor([0, 0, 0, 1]))


def test_xor_goes_in_circles() -> None:
    tried = perceptrons.lines_tried(perceptrons.XOR, 50)
    finding = perceptrons.round_and_round(tried, 50)
    assert finding.measured == len(set(tried)) < 10
    assert "for ever" in finding.says
    picture = finding.show("12")
    assert "You guessed 12" in picture.caption
    assert "4 of 4" not in picture.sentence
    solved = perceptrons.round_and_round(perceptrons.lines_tried(torch.tensor([0, 0, 0, 1]), 3), 3)
    assert "has not come back" in solved.says


def test_mistakes_stay_below_the_bound_and_the_guess_is_drawn() -> None:
    finding = perceptrons.as_close_as(0.1, seeds=range(5))
    assert 1 <= float(finding.measured) <= 100
    assert "margin 0.1" in finding.show(7).sentence
    for runs in perceptrons.mistakes_by_margin((0.3, 0.05), range(4)).values():
        assert all(mistakes <= bound for mistakes, bound in runs)


@pytest.mark.slow
def test_every_pair_of_digits_has_a_line_and_tossed_labels_have_none() -> None:
    found = perceptrons.all_pairs()
    assert len(found.fits) == 45
    assert all(fit.closed for fit in found.fits.values())
    assert not any(found.tossed.values())
    assert found.right_on_new > 0.98
    assert "45 of 45" in perceptrons.draw_pairs(found).sentence


def test_a_template_says_where_its_weights_are() -> None:
    digits = load_digits(0)
    points, labels = perceptrons.pair_of_digits(digits.train, 3, 8)
    weights = torch.from_numpy(perceptrons.fit_quickly(points, labels).weights)
    picture = perceptrons.draw_template(weights[:-1], float(weights[-1]), digits.val, 3, 8)
    assert "ink speaks most for 8" in picture.sentence
    assert "that it never saw" in picture.caption
    with pytest.raises(ValueError, match="two different digits"):
        perceptrons.pair_of_digits(digits.train, 3, 3)


def test_the_line_moves_with_the_slider() -> None:
    view = perceptrons.moving_line(margins=(1.0, 0.1))
    image = view.widget().children[-2]
    before = image.value
    assert "says 0 to everything" in view.sentence
    view.controls["mistake"].value = view.controls["mistake"].max
    assert "0 of 60 are wrong; it is done" in view.sentence
    assert image.value != before
    assert len(set(re.findall(r'alt="([^"]+)"', view.frozen()))) == 3
