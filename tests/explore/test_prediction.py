"""A prediction gets an answer: any natural form of a number is understood, and how far off it was is said truly."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.explore.figure import compare
from course_lib.explore.prediction import quantity, verdict


@pytest.mark.parametrize(
    ("written", "share"),
    [
        (0.2, 0.2),
        ("0.2", 0.2),
        ("20 %", 0.2),
        ("20%", 0.2),
        ("20 percent", 0.2),
        ("2,5", 2.5),
        ("1/3", 1 / 3),
        (Fraction(1, 3), 1 / 3),
        ("1 in 5", 0.2),
        ("36 of 180", 0.2),
        ("1 out of 5", 0.2),
        ("6,574", 6574),
        ("6 574", 6574),
        ("16,726,650,941", 16726650941),
        ("0,125", 0.125),
        ("about 100", 100),
        ("~100", 100),
        ("5.1 times", 5.1),
        ("16.06 GB", 16.06),
        ("+29% tokens", 0.29),
        ("-63 %", -0.63),
        ("\u221263 %", -0.63),
        ("1.2e-04", 1.2e-4),
        (".5", 0.5),
        ("  7 ", 7),
        ("1.5 million", 1.5e6),
        ("3 billions", 3e9),
        ("-17 billion", -17e9),
        ("about 2 thousand years", 2000),
    ],
)
def test_numbers_are_read_in_any_natural_form(written: object, share: float) -> None:
    found = quantity(written)
    assert found is not None
    assert math.isclose(found.share, share)


@pytest.mark.parametrize(
    "written", [None, True, "", "many", "GPT", "3 or 4", "1/0", "4; 16.06 GB", math.nan, [1], "1.2.3"]
)
def test_what_is_no_number_is_none(written: object) -> None:
    assert quantity(written) is None


@pytest.mark.parametrize(
    ("predicted", "result", "said"),
    [
        (0.2, "10.7%", "Too high by 9 percentage points, a factor of 1.9."),
        (20, "10.7%", "Too high by 9 percentage points, a factor of 1.9."),
        ("20 %", "10.7%", "Too high by 9 percentage points, a factor of 1.9."),
        ("1/5", "10.7%", "Too high by 9 percentage points, a factor of 1.9."),
        (0.9, "48%", "Too high by 42 percentage points, a factor of 1.9."),
        (0.48, "48%", "Right, to the point."),
        (1, "1%", "Right, to the point."),
        (1, "100%", "Right, to the point."),
        (0.47, "48%", "Too low by 1 percentage point."),
        (36, "36 of 180", "Right."),
        (30, "36 of 180", "Too low by 6."),
        ("20 %", "36 of 180", "Right, to the point."),
        ("36/36", "36 of 36", "Right."),
        ("7/10", "9", "Too low by 2."),
        ("5/8", 2, "Too high by 3, a factor of 2.5."),
        ("1/3", "0.25", "Too high by 0.083."),
        ("3/4", "1.000", "Too low by 0.25."),
        ("1/2", "20 of 22", "Too low by 41 percentage points, a factor of 1.8."),
        (0.5, "20 of 22", "Too low by 41 percentage points, a factor of 1.8."),
        ("20 %", "120", "You wrote per cent; what is asked for is a number."),
        ("20 %", "0.25", "Too low by 0.05."),
        ("18 of 90", "36 of 180", "Right, to the point."),
        ("2,5", "2.5", "Right."),
        ((2, 5), "2.5", "Did you mean 2.5? Python reads a comma as two numbers: write a dot."),
        (100, "202.0", "Too low by 102, a factor of 2."),
        (195, "202.0", "Close. Too low by 3%."),
        ("80 000", "6,574", "Too high by 73,426, a factor of 12."),
        (5, 0, "Too high by 5."),
        (-10, "-63%", "Too high by 53 percentage points."),
        ("2 million", "1,566,821", "Too high by 433,179."),
        (-3, 4, "Too low by 7."),
        ("real", "invented", "Not this time."),
        (" Invented ", "invented", "Right."),
        (("GPT", "trigram"), ("GPT", "GPT"), "1 of 2 right."),
        (("GPT", "gpt "), ("GPT", "GPT"), "All right."),
        ((1, 3), (1, 2), "1: Right. 2: Too high by 1, a factor of 1.5."),
        ((4, 14), "4; 16.06 GB", "1: Right. 2: Too low by 2.1."),
        ((0.3, 0.4), "30.1%, 45.0%", "1: Right, to the point. 2: Too low by 5 percentage points."),
        ("it cuts", "the model refuses; the program around it cuts, silently", ""),
        ("many", "36 of 180", "Write a number to see how far off it is."),
        (3, "4; 16.06 GB", ""),
        (None, "5", ""),
    ],
)  # fmt: skip
def test_how_far_off_a_prediction_was(predicted: object, result: object, said: str) -> None:
    if predicted is None:
        assert "|" in compare("q", predicted, result).data
        assert "your guess" not in compare("q", predicted, result).data
    else:
        assert verdict(predicted, result) == said


@given(
    st.one_of(st.text(), st.floats(), st.integers(), st.tuples(st.integers(), st.integers()), st.none()),
    st.one_of(st.text(), st.floats(), st.integers()),
)
def test_no_prediction_stops_a_cell(predicted: object, result: object) -> None:
    assert isinstance(verdict(predicted, result), str)


@given(st.floats(1e-6, 1e9), st.floats(1e-6, 1e9))
def test_the_direction_is_always_right(guess: float, measured: float) -> None:
    said = verdict(guess, measured)
    assert said == "Right." or ("high" in said) == (guess > measured)


@pytest.mark.parametrize(
    "predicted", [10**400, "1" * 400, "1e999", 1e308, "1e308 %", Fraction(10**400), -math.inf]
)
def test_a_number_too_large_for_a_float_stops_no_cell(predicted: object) -> None:
    for result in ("5%", 7, "1 of 3", 1e-300):
        assert isinstance(verdict(predicted, result), str)


def test_compare_answers() -> None:
    shown = compare("chance of ten right answers", "20 %", "10.7%").data
    assert "| your guess | Too high by 9 percentage points, a factor of 1.9. |" in shown
