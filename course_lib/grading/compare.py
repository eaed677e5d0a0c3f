"""Is a result what it should be? By value, and apart from that by form: type, dtype, shape.

Nothing is close to NaN, an infinity only to itself, and nothing is stretched to fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from course_lib.grading.calls import Foreign

Kind = Literal["value", "form"]
# How close is close, relative to the number and, for tensors, to the largest one in the table.
CLOSE = {torch.float64: 1e-5, torch.float32: 1e-4, torch.bfloat16: 3e-2, torch.float16: 4e-3}
FLOATS = (torch.float32, torch.float64)
CLOSE_FLOAT = 1e-9
ARTICLES = {"int": "an int", "ndarray": "a NumPy array", "NoneType": "None", "Tensor": "a tensor"}
ARTICLES |= {"Foreign": "an object"}


@dataclass(frozen=True)
class Difference:
    """What is wrong with a result: its value, or only its form; `sentence` says it without any number of it."""

    kind: Kind
    sentence: str = ""


@dataclass(frozen=True)
class Rule:
    """What may differ between a result and the expected one.

    Args:
        close: relative tolerance; by default that of the dtype (`CLOSE`).
        near: absolute tolerance, for numbers that are small differences of larger ones.
        dtype: of tensors: "float": float32 or float64; "same" as expected; "any".
    """

    close: float | None = None
    near: float = 0.0
    dtype: Literal["float", "same", "any"] = "same"


def difference(found: Any, expected: Any, rule: Rule = Rule()) -> Difference | None:
    """Return what is wrong with a result, None if nothing is. A wrong value is told before a wrong form."""
    if isinstance(found, Foreign):
        return Difference("value", f"Plain data is asked for, and {found.kind} came back.")
    if isinstance(expected, torch.Tensor):
        return _tensor(found, expected, rule)
    if expected is None or isinstance(expected, bool | str | bytes):
        if type(found) is type(expected) and found == expected:
            return None
        if isinstance(expected, bool) and _number(found) == expected and not isinstance(found, float):
            return wrong_type(found, expected)
        return Difference("value")
    if isinstance(expected, int | float):
        return _scalar(found, expected, rule)
    if isinstance(expected, list | tuple):
        return _sequence(found, expected, rule)
    if isinstance(expected, dict):
        return _dict(found, expected, rule)
    if isinstance(expected, set | frozenset):
        return None if isinstance(found, set | frozenset) and found == expected else Difference("value")
    if isinstance(expected, np.ndarray):
        if not isinstance(found, np.ndarray):
            return (
                wrong_type(found, expected) if _is_close_table(found, expected, rule) else Difference("value")
            )
        return _tensor(torch.as_tensor(found), torch.as_tensor(expected), rule)
    raise TypeError(f"a {type(expected).__name__} can't be an expected result")


def wrong_type(found: Any, expected: Any) -> Difference:
    """Say that a value is right but of another type than the expected one."""
    return Difference("form", f"The value is right, but it is {_named(found)}: give back {_named(expected)}.")


def wrong_type_inside(found: Any, expected: Any) -> Difference | None:
    """What is wrong with the types of a right result that need not be the expected one, such as other items."""
    if isinstance(expected, list | tuple):
        if not isinstance(found, type(expected)):
            return wrong_type(found, expected)
        alike = len({type(item) for item in expected}) == 1
        likes = [expected[0]] * len(found) if alike else expected if len(found) == len(expected) else []
        wrong = (wrong_type_inside(one, other) for one, other in zip(found, likes, strict=False))
        return next((one for one in wrong if one is not None), None)
    return wrong_type(found, expected) if type(expected) is int and type(found) is not int else None


def _named(value: Any) -> str:
    name = type(value).__name__
    if isinstance(value, np.generic):
        return "a NumPy number"
    if isinstance(value, torch.Tensor) and value.dim() == 0:
        return "a tensor with one number"
    known = isinstance(value, list | tuple | dict | set | frozenset | float | str | bytes | bool | complex)
    return ARTICLES.get(name) or (f"a {name}" if known else "something else")


def _number(value: Any) -> float | complex | None:
    """A scalar of any library as a Python number; None if it is none."""
    if isinstance(value, torch.Tensor | np.ndarray) and math.prod(value.shape) == 1:
        value = value.item()
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, int | float | complex) else None


def _near(found: Any, expected: float, close: float, near: float) -> bool:
    if isinstance(found, complex):
        return False
    if isinstance(found, int) and isinstance(expected, int):
        return found == expected
    try:
        found, expected = float(found), float(expected)
    except OverflowError:
        return False
    if math.isnan(found) or math.isnan(expected):
        return False
    if math.isinf(found) or math.isinf(expected):
        return bool(found == expected)
    return abs(found - expected) <= max(close * abs(expected), near)


def _scalar(found: Any, expected: float, rule: Rule) -> Difference | None:
    number = _number(found)
    if number is None:
        return Difference("value")
    close = CLOSE_FLOAT if rule.close is None else rule.close
    if isinstance(found, torch.Tensor) and rule.close is None:
        close = CLOSE.get(found.dtype, close)
    if not _near(number, expected, close, rule.near):
        return Difference("value")
    if isinstance(expected, int):
        return None if type(found) is int else wrong_type(found, expected)
    # A whole number is a float by the rules of type hints, and np.float64 is one by class.
    return None if isinstance(found, float) or type(found) is int else wrong_type(found, expected)


def _sequence(found: Any, expected: Any, rule: Rule) -> Difference | None:
    if isinstance(found, np.ndarray | torch.Tensor):
        inner = difference(found.tolist(), list(expected), rule)
        return inner if inner is not None and inner.kind == "value" else wrong_type(found, expected)
    if not isinstance(found, list | tuple):
        return Difference("value")
    if len(found) != len(expected):
        return Difference("value")
    plain = {*map(type, found), *map(type, expected)} in ({int}, {str})
    if plain and list(found) == list(expected):  # by far the most, and long ones take their time below
        return wrong_type(found, expected) if isinstance(found, list) != isinstance(expected, list) else None
    form: Difference | None = None
    for one, other in zip(found, expected, strict=True):
        wrong = difference(one, other, rule)
        if wrong is not None and wrong.kind == "value":
            return wrong
        form = form or wrong
    if isinstance(found, list) != isinstance(expected, list):
        return wrong_type(found, expected)
    return form


def _dict(found: Any, expected: dict[Any, Any], rule: Rule) -> Difference | None:
    if not isinstance(found, dict):
        return Difference("value")
    if len(found) != len(expected) or any(key not in found for key in expected):
        return Difference("value")
    differences = [difference(found[key], value, rule) for key, value in expected.items()]
    wrong = next((one for one in differences if one is not None and one.kind == "value"), None)
    if wrong is not None:
        return wrong
    kinds = {type(key) for key in expected}
    if any(type(key) not in kinds for key in found):
        return Difference("form", "The keys are right by value, but of another type than the text says.")
    return next((one for one in differences if one is not None), None)


def _tensor(found: Any, expected: torch.Tensor, rule: Rule) -> Difference | None:
    if not isinstance(found, torch.Tensor):
        return wrong_type(found, expected) if _is_close_table(found, expected, rule) else Difference("value")
    if found.shape != expected.shape:
        alike = [n for n in found.shape if n != 1] == [n for n in expected.shape if n != 1]
        if alike and _close(found.reshape(expected.shape), expected, rule):
            return Difference(
                "form",
                f"The numbers are right, but the result has {_axes(found)}; {_axes(expected)} asked for.",
            )
        return Difference("value", f"The result has {_axes(found)}; {_axes(expected)} asked for." if not alike
                          and found.dim() != expected.dim() else "")  # fmt: skip
    if not _close(found, expected, rule):
        return Difference("value")
    if rule.dtype == "any" or (rule.dtype == "float" and found.dtype in FLOATS):
        return None
    if found.dtype == expected.dtype:
        return None
    names = [str(tensor.dtype).removeprefix("torch.") for tensor in (found, expected)]
    wanted = "float32 or float64 is" if rule.dtype == "float" else f"{names[1]} is"
    return Difference("form", f"The numbers are right, but they are of type {names[0]}; {wanted} asked for.")


def _axes(tensor: torch.Tensor) -> str:
    n = tensor.dim()
    return "no axis (one number)" if n == 0 else f"{n} {'axis' if n == 1 else 'axes'}"


def _is_close_table(found: Any, expected: Any, rule: Rule) -> bool:
    """Whether something that is no tensor holds a tensor's numbers."""
    try:
        table = torch.as_tensor(found)
    except (TypeError, ValueError, RuntimeError):
        return False
    return _close(table, torch.as_tensor(expected), rule)


def _close(found: torch.Tensor, expected: torch.Tensor, rule: Rule) -> bool:
    if found.shape != expected.shape or found.is_complex():
        return False
    if not found.is_floating_point() and not expected.is_floating_point():
        return bool((found.long() == expected.long()).all())
    close = rule.close
    if close is None:
        close = max(CLOSE.get(found.dtype, 0.0), CLOSE.get(expected.dtype, 0.0), 1e-12)
    # NumPy, which takes a tenth of torch's time for tables as small as these.
    one, other = (tensor.detach().double().numpy() for tensor in (found, expected))
    if np.isnan(one).any() or np.isnan(other).any():
        return False
    finite = np.isfinite(one) & np.isfinite(other)
    if not finite.all():
        if (one[~finite] != other[~finite]).any():
            return False
        one, other = one[finite], other[finite]
    if not one.size:
        return True
    # Sums of numbers of both signs are only as exact as the largest of them.
    size = np.abs(other)
    scale = np.maximum(np.maximum(close * size, 0.01 * close * size.max()), rule.near)
    return bool((np.abs(one - other) <= scale).all())
