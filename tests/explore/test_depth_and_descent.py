"""Lesson 05's long experiments on short runs: depth, normalising, momentum, equal starts, checks."""

from __future__ import annotations

import math
import statistics

import pytest
import torch
import torch.nn.functional as F

from course_lib.data.digits import load_digits
from course_lib.explore import checking, depth, descent, perceptrons
from course_lib.explore.live import Live
from course_lib.explore.plots import scientific
from course_lib.packet.cases import SYSTEMS, get_case


def test_sigmoids_lose_ten_powers_and_starting_weights_decide_for_relu() -> None:
    finding = depth.what_is_left(range(3))
    assert 10 < float(finding.measured) < 15
    picture = finding.show(3)
    assert "He weights × 2" in picture.sentence
    assert "in all layers about alike" in finding.says
    lost = [math.log10(run[-1] / run[0]) for run in depth.gradients_at_start("sigmoid", 4.0, range(3))]
    assert min(lost) > 2, "sigmoids flatten, too: the weights alone don't make up for it"
    first = {scale: depth.gradients_at_start("relu", scale, range(2))[0][0] for scale in depth.SCALES}
    assert first[0.5] < 1e-6 < first[1.0] < 1 < first[2.0]


def test_networks_trained_side_by_side_are_what_they_are_alone() -> None:
    with Live() as live:
        both = depth.train_side_by_side("tanh", (0, 1), 20, live)
    model = depth.deep_net("tanh", 0)
    val = load_digits(0).val
    alone = float((model(val.images).logits.argmax(1) == val.labels).double().mean())
    assert both[0][0] == pytest.approx(alone)
    assert len(both) == 2
    assert len(both[0]) == 2


@pytest.mark.slow
def test_twenty_sigmoid_layers_stay_at_chance() -> None:
    finding = depth.can_it_learn(range(2), steps=120)
    assert finding.measured in {f"{share}%" for share in range(6, 16)}
    assert "sigmoid" in finding.show("60%").sentence


def test_descent_on_a_line_is_gradient_descent() -> None:
    features, prices = descent.houses_with_age(20)
    rows = torch.cat([descent.normalised(features), torch.ones(20, 1, dtype=torch.float64)], 1)
    run = descent.descend_linear(descent.normalised(features), prices, 3)
    curvature = torch.linalg.eigvalsh(2 * rows.T @ rows / 20)
    weights = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    least = float(F.mse_loss(rows @ torch.linalg.lstsq(rows, prices[:, None]).solution[:, 0], prices))
    for step in range(4):
        loss = F.mse_loss(rows @ weights, prices)
        assert run.losses[step] == pytest.approx(float(loss.detach()) / least, rel=1e-9)
        (gradient,) = torch.autograd.grad(loss, weights)
        weights = (weights - gradient / curvature[-1]).detach().requires_grad_()
    assert run.condition == pytest.approx(float(curvature[-1] / curvature[0]))


def test_normalised_inputs_need_a_few_steps_and_raw_ones_do_not_arrive() -> None:
    finding = descent.raw_and_normalised(range(2), steps=2000)
    assert float(finding.measured) <= 5
    assert "still" in finding.says
    assert "In 2 samples it was 2 to 3 (in the figure: 3)" in finding.says
    assert "normalised" in finding.show(100).sentence


def test_momentum_against_the_rate() -> None:
    plain, momentum, control = (
        statistics.median(descent.steps_to(*setting, seed, goal=0.8, most=300) for seed in range(2))
        for setting in ((0.05, 0.0), (0.05, 0.9), (0.5, 0.0))
    )
    assert momentum < plain / 2
    assert control < plain / 2
    picture = descent.draw_momentum({(0.05, 0.0): [240, 250], (0.5, 0.0): [50, 60]}, 100)
    assert "rate 0.5, momentum 0: 55 (50 to 60)" in picture.sentence


def test_equal_starts_stay_equal() -> None:
    alike = descent.train_from(0.1, steps=60)
    drawn = descent.train_from(None, steps=60)
    assert (alike.different, drawn.different) == (1, 32)
    assert alike.right < 0.5 < drawn.right


@pytest.mark.slow
def test_the_best_step_is_neither_long_nor_short() -> None:
    finding = checking.smaller_and_smaller()
    assert finding.measured in ("0.1", "0.01", "0.001")
    assert "100%" in finding.says
    assert "float64 is best" in finding.show(1e-8).sentence


def test_a_line_beside_other_systems() -> None:
    rows = [("the bill is wrong", "money"), ("my key is lost", "door")] * 4
    finding = checking.beside_a_line(rows, rows, {"always money": lambda text: "money"})
    assert finding.measured == "100%"
    assert "always money 50%" in finding.show("80 %").sentence


@pytest.mark.slow
def test_numbers_that_the_lesson_names_before_it_measures_them() -> None:
    """Scales that a reader needs in order to guess: Novikoff's bound, two counts of steps, the keywords' share."""
    runs = perceptrons.mistakes_by_margin((0.03,))[0.03]
    assert statistics.median(bound for _, bound in runs) == pytest.approx(7000, rel=0.05)
    fit = perceptrons.fit_quickly(*perceptrons.pair_of_digits(load_digits(0).train, 3, 8))
    assert fit.mistakes == 51
    for momentum, steps in ((0.0, 240), (0.9, 50)):
        needed = [descent.steps_to(0.05, momentum, seed) for seed in range(5)]
        assert statistics.median(needed) == pytest.approx(steps, rel=0.15)
    case = get_case("ticket-triage@v1")
    asked = case.draw(0, 400)
    right = sum(SYSTEMS["keyword-rules@v1"].answer(case, item.text) == item.gold for item in asked)
    assert right / len(asked) == pytest.approx(0.79, abs=0.005)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (8e-9, "8 × 10⁻⁹"),
        (1.4e7, "1 × 10⁷"),
        (0.0064, "0.0064"),
        (14797.0, "14,797"),
        (0, "0"),
        (-2e-5, "−2 × 10⁻⁵"),
    ],
)
def test_small_and_large_numbers_are_written_as_people_do(value: float, written: str) -> None:
    assert scientific(value) == written
