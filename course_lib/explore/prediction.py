"""How far off a prediction was: numbers in any natural form, shares, counts, names.

A reader writes `0.2`, `20`, `"20 %"`, `"2,5"`, `"1/3"` or `"36 of 180"`; what a cell measured is written for people,
too: `"10.7%"`, `"6,574"`, `"5.1 times"`. What can't be compared stays without a verdict.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

DIGITS = r"[+\-\u2212]?(?:\d{1,3}(?:[ ,\u00a0\u202f]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)(?:[eE][+\-]?\d+)?"
FULL = re.compile(
    rf"\s*(?:about|some|ca\.?|circa|roughly|~|\u2248)?\s*(?P<first>{DIGITS})"
    rf"(?:\s*(?P<link>/|of|in|out of)\s*(?P<second>{DIGITS}))?\s*(?P<percent>%|per ?cent)?(?P<rest>[^\d]*)",
    re.IGNORECASE,
)
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
MOST_WORDS = 4  # of a measured name: a sentence can't be compared with a sentence
CLOSE = 0.1  # of the measured value


@dataclass(frozen=True)
class Quantity:
    """A number as somebody wrote it."""

    value: float
    total: float | None = None  # of "36 of 180"
    percent: bool = False
    parts: tuple[float, float] | None = None  # of "7/10", which may be a share or 7 of 10

    @property
    def counted(self) -> Quantity:
        """As a number of things: "7/10" is 7 of 10 where things are counted."""
        return Quantity(*self.parts) if self.parts else self

    @property
    def share(self) -> float:
        """As a share of one."""
        return self.value / 100 if self.percent else self.value / self.total if self.total else self.value


def quantity(written: object) -> Quantity | None:
    """Return the number that somebody wrote, None if it is none. A comma before three digits separates thousands."""
    if isinstance(written, bool) or written is None:
        return None
    try:
        found = _read(written)
    except OverflowError:  # more than a float can hold
        return None
    return found if found is not None and math.isfinite(found.value) else None


def _read(written: object) -> Quantity | None:
    if isinstance(written, int | float | Fraction):
        return Quantity(float(written))
    found = FULL.fullmatch(str(written))
    if found is None:
        return None
    first, second = (_plain(found[name]) for name in ("first", "second"))
    assert first is not None
    first *= next(
        (size for word, size in SCALES.items() if found["rest"].lower().lstrip().startswith(word)), 1
    )
    if found["link"] == "/":
        if not second:
            return None
        whole = 0 <= first <= second and first.is_integer() and second.is_integer() and not found["percent"]
        return Quantity(
            first / second, percent=bool(found["percent"]), parts=(first, second) if whole else None
        )
    if found["link"] and not second:
        return None
    return Quantity(first, second, bool(found["percent"]))


def _plain(digits: str | None) -> float | None:
    if digits is None:
        return None
    digits = digits.replace("\u2212", "-")
    if re.search(r"[ ,\u00a0\u202f]\d{3}(?!\d)", digits) and not re.match(r"[+\-]?0,", digits):
        return float(re.sub(r"[ ,\u00a0\u202f]", "", digits))
    return float(digits.replace(",", "."))


def verdict(predicted: object, result: object) -> str:
    """Return in a few words how far off a prediction was, "" where nobody can say.

    Args:
        predicted: what the reader wrote; several answers in a tuple or list.
        result: what was measured, as it is shown.
    """
    measured = quantity(result)
    if measured is not None and isinstance(predicted, tuple) and len(predicted) == 2:
        whole, part = predicted
        if type(whole) is int and type(part) is int and part >= 0:
            return f"Did you mean {whole}.{part}? Python reads a comma as two numbers: write a dot."
    if isinstance(predicted, tuple | list) and isinstance(result, str):
        parts = re.split(r"[;,]\s+", result)
        result = parts if len(parts) == len(predicted) > 1 else result
    if isinstance(result, tuple | list):
        return _several(predicted, result)
    guess = quantity(predicted)
    if measured is not None and guess is not None and _is_count(measured, result):
        guess = guess.counted
    if measured is not None and guess is None:
        return "Write a number to see how far off it is."
    if measured is None or guess is None:
        return _names(predicted, result)
    if guess.percent and not measured.percent and not measured.total and abs(measured.value) > 1:
        return "You wrote per cent; what is asked for is a number."
    if measured.percent or (guess.percent and measured.total):
        return _shares(guess, measured)
    if guess.total and measured.total and guess.total != measured.total:
        return _shares(guess, measured)
    if measured.total and not guess.total and 0 < guess.value < 1:  # 0.5 of 22 is half of them
        return _shares(guess, measured)
    return _numbers(guess.share if guess.percent else guess.value, measured.value)


def _is_count(measured: Quantity, result: object) -> bool:
    """Whether things were counted: "36 of 180", 9 or "9", and neither "90%" nor "1.000"."""
    return bool(measured.total) or bool(re.fullmatch(r"\s*\d+\s*", str(result)))


def _several(predicted: object, result: Sequence[object]) -> str:
    if not isinstance(predicted, tuple | list) or len(predicted) != len(result):
        return ""
    if all(quantity(one) and quantity(other) for one, other in zip(predicted, result, strict=True)):
        each = (verdict(one, other) for one, other in zip(predicted, result, strict=True))
        return " ".join(f"{place}: {said}" for place, said in enumerate(each, 1))
    right = sum(_same(one, other) for one, other in zip(predicted, result, strict=True))
    return "All right." if right == len(result) else f"{right} of {len(result)} right."


def _same(one: object, other: object) -> bool:
    return str(one).strip().casefold() == str(other).strip().casefold()


def _names(predicted: object, result: object) -> str:
    said, measured = (" ".join(str(x).split()).casefold() for x in (predicted, result))
    if (
        not isinstance(result, str)
        or not isinstance(predicted, str)
        or not said
        or len(measured.split()) > MOST_WORDS
    ):
        return ""
    return "Right." if said == measured else "Not this time."


def _shares(guess: Quantity, measured: Quantity) -> str:
    """Shares, in percentage points; a bare 20 beside a measured 10 % means per cent."""
    share = guess.share
    bare = not guess.percent and not guess.total
    if bare and (abs(share) > 1 or (abs(share) == 1 and abs(measured.share) < 0.5)):
        share /= 100
    points = 100 * (share - measured.share)
    if abs(points) < 0.5:
        return "Right, to the point."
    size = f"{abs(points):,.0f} percentage point"
    size += "s" * (size != "1 percentage point")
    return f"{'Too high' if points > 0 else 'Too low'} by {size}{_factor(share, measured.share)}."


def _numbers(guess: float, measured: float) -> str:
    if math.isclose(guess, measured, rel_tol=0.005, abs_tol=1e-12):
        return "Right."
    way = "Too high" if guess > measured else "Too low"
    if measured and abs(guess / measured - 1) <= CLOSE:
        return f"Close. {way} by {abs(guess / measured - 1):.0%}."
    return f"{way} by {_short(abs(guess - measured))}{_factor(guess, measured)}."


def _factor(guess: float, measured: float) -> str:
    if guess <= 0 or measured <= 0:
        return ""
    factor = max(guess / measured, measured / guess)
    return f", a factor of {_short(factor)}" if factor >= 1.5 else ""


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
