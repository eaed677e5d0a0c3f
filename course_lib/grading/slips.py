"""Slips: general ways in which an answer goes wrong, each a small wrapper that fits over any right answer.

They serve twice. `course report NN --slips` lays every slip that fits over right answers and grades the result: what
keeps all points survived, and either the contract misses a case or it allows the slip and says why (`Function.allow`).
And where a learner's results are exactly those of a slip over the reference, the learner hears its sentence.

A slip fits a parameter or a result by the values that the contract's own calls pass and expect.
"""

from __future__ import annotations

import copy
import functools
import inspect
import itertools
import math
import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from course_lib.grading.calls import Call, call_here
from course_lib.grading.compare import Rule, difference

Target = Callable[..., Any]


@dataclass(frozen=True)
class Slip:
    """One way to go wrong, laid over one right answer."""

    name: str  # "int:tokens_in"
    wrap: Callable[[Target], Target]
    sentence: str = ""  # what a learner with this slip hears; "" where results alone can't tell it


@dataclass(frozen=True)
class _Change:
    """A change of one value; it fits a value if `fits` says so."""

    name: str
    fits: Callable[[Any], bool]
    change: Callable[[Any], Any]
    sentence: str = ""


# --- what fits what ---------------------------------------------------------------------------------------------


def _whole(value: Any) -> bool:
    return type(value) is int


def _number(value: Any) -> bool:
    return type(value) in (int, float, np.float64)


def _float(value: Any) -> bool:
    return type(value) in (float, np.float64)


def _text(value: Any) -> bool:
    return type(value) is str


def _list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _whole_list(value: Any) -> bool:
    return _list(value) and bool(value) and all(map(_whole, value))


def _number_list(value: Any) -> bool:
    return _list(value) and bool(value) and all(map(_number, value))


def _floats(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.is_floating_point()


def _tensor(value: Any) -> bool:
    return isinstance(value, torch.Tensor)


def _table(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.dim() >= 2


def _vector(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.dim() >= 1


def _dict(value: Any) -> bool:
    return isinstance(value, dict)


def _like(value: Any, items: Sequence[Any]) -> Any:
    return tuple(items) if isinstance(value, tuple) else list(items)


def _unique(items: Sequence[Any]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        if item not in kept:
            kept.append(item)
    return kept


def _until_third(items: Sequence[Any]) -> Sequence[Any]:
    """The items up to the first that comes three times in a row."""
    ends = (i + 3 for i in range(len(items) - 2) if items[i] == items[i + 1] == items[i + 2])
    return items[: next(ends, len(items))]


def _sortable(value: Any) -> bool:
    try:
        return _list(value) and len(value) > 1 and sorted(value) is not None
    except (TypeError, RuntimeError):  # nothing to compare by; tensors of several numbers
        return False


# --- arguments --------------------------------------------------------------------------------------------------

_ARGUMENTS = [
    _Change("int", _float, lambda x: int(x) if math.isfinite(x) else x, "`{p}` may have a fraction: int() cuts it off."),
    _Change("int-round", _float, lambda x: round(x) if math.isfinite(x) else x, "`{p}` may have a fraction: don't round it."),
    _Change("falsy-is-one", _number, lambda x: x or type(x)(1), "`{p}` may be 0: `{p} or 1` makes a 1 of it."),
    _Change("at-most-1", _number, lambda x: min(x, type(x)(1)), "`{p}` may be above 1: don't cap it."),
    _Change("at-least-1", _number, lambda x: max(x, type(x)(1)), "`{p}` may be below 1: don't raise it."),
    _Change("abs", _number, abs, "The sign of `{p}` counts."),
    _Change("near-0", _float, lambda x: 0.0 if abs(x) < 0.1 else x, "`{p}` may be small: only 0 itself is 0."),
    _Change("plus-1", _whole, lambda x: x + 1, "`{p}` counts one too many."),
    _Change("minus-1", _whole, lambda x: x - 1, "`{p}` counts one too few."),
    _Change("int32", lambda v: _whole(v) and abs(v) > 10**6, lambda x: (x + 2**31) % 2**32 - 2**31),
    _Change("mod-100", _whole, lambda x: x % 100, "`{p}` may be 100 or more."),
    _Change("mod-256", _whole, lambda x: x % 256, "`{p}` may be above 255."),
    _Change("strip", _text, str.strip, "Blanks and line ends at the ends of `{p}` count: don't strip them."),
    _Change("one-blank", _text, lambda t: " ".join(t.split()), "Blanks in `{p}` count as they are: don't split at them."),
    _Change("no-blanks", _text, lambda t: t.replace(" ", ""), "Blanks in `{p}` count."),
    _Change("lower", _text, str.lower, "Capital letters in `{p}` count: don't change them."),
    _Change("nfc", _text, lambda t: unicodedata.normalize("NFC", t), "Don't normalise `{p}`: its characters stay as they are."),
    _Change("nfd", _text, lambda t: unicodedata.normalize("NFD", t), "Don't normalise `{p}`: its characters stay as they are."),
    _Change("newlines", _text, lambda t: t.replace("\r\n", "\n"), "A line end `\\r\\n` in `{p}` is two characters: keep both."),
    _Change("no-newlines", _text, lambda t: t.replace("\n", ""), "Line ends in `{p}` count like any other character."),
    _Change("no-digits", _text, lambda t: "".join(c for c in t if not c.isdigit()), "Digits in `{p}` count like any other character."),
    _Change("no-punctuation", _text, lambda t: "".join(c for c in t if c not in ".,;:!?"), "Punctuation in `{p}` counts like any other character."),
    _Change("ascii", _text, lambda t: t.encode("ascii", "ignore").decode(), "Characters outside ASCII count, too."),
    _Change("latin", _text, lambda t: t.encode("latin-1", "replace").decode("latin-1"), "Any script may come."),
    _Change("bmp", _text, lambda t: "".join(c for c in t if ord(c) < 2**16), "Emoji and other rare characters count, too."),
    _Change("no-nul", _text, lambda t: t.replace("\0", ""), "A character with the number 0 is one like all others."),
    _Change("first-2000", lambda v: _text(v) or _list(v), lambda v: v[:2000], "`{p}` may be longer than you look at."),
    _Change("first-100", lambda v: _text(v) or _list(v), lambda v: v[:100], "`{p}` may be longer than you look at."),
    _Change("first-10", lambda v: _text(v) or _list(v), lambda v: v[:10], "`{p}` may be longer than you look at."),
    _Change("first-3", _list, lambda v: v[:3], "`{p}` may be longer than you look at."),
    _Change("without-first", _list, lambda v: v[1:], "The first of `{p}` is left out."),
    _Change("without-last", _list, lambda v: v[:-1], "The last of `{p}` is left out."),
    _Change("first-twice", _list, lambda v: _like(v, [*v[:1], *v])),
    _Change("sorted", _sortable, lambda v: _like(v, sorted(v)), "The order of `{p}` counts: don't sort it."),
    _Change("unique", _list, lambda v: _like(v, _unique(v)), "Equal ones in `{p}` count, each of them."),
    _Change("reversed", _list, lambda v: _like(v, v[::-1]), "You go through `{p}` in the wrong direction."),
    _Change("without-0", _whole_list, lambda v: _like(v, [x for x in v if x]), "The number 0 in `{p}` counts like any other."),
    _Change("mod-256-each", _whole_list, lambda v: _like(v, [x % 256 for x in v]), "Numbers in `{p}` may be above 255."),
    _Change("below-256", _whole_list, lambda v: _like(v, [x for x in v if x < 256]), "Numbers in `{p}` may be above 255."),
    _Change("int-each", lambda v: _list(v) and bool(v) and all(map(_float, v)), lambda v: _like(v, [int(x) if math.isfinite(x) else x for x in v]), "Numbers in `{p}` may have a fraction."),
    _Change("without-empty", lambda v: _list(v) and bool(v) and all(map(_list, v)), lambda v: _like(v, [x for x in v if x])),
    _Change("mean-for-all", lambda v: _number_list(v) and not _whole_list(v), lambda v: _like(v, [sum(v) / len(v)] * len(v))),
    _Change("unit-sum", lambda v: _number_list(v) and not _whole_list(v), lambda v: _like(v, [x / sum(v) for x in v]) if sum(v) else v),
    _Change("unique-rows", lambda v: _table(v) and v.shape[0] > 0, lambda v: torch.unique(v, dim=0), "Equal rows of `{p}` count, each of them."),
    _Change("first-row", _table, lambda v: v[:1].expand_as(v), "All rows of `{p}` count, not only the first."),
    _Change("first-2-axes", lambda v: _tensor(v) and v.dim() > 2, lambda v: v[0].expand_as(v)),
    _Change("without-last-row", lambda v: _vector(v) and v.shape[0] > 1, lambda v: v[:-1]),
    _Change("first-500-rows", _vector, lambda v: v[:500], "`{p}` may have more rows than you look at."),
    _Change("transposed", lambda v: _table(v) and v.shape[-1] == v.shape[-2], lambda v: v.transpose(-1, -2), "The axes of `{p}` are swapped."),
    _Change("abs-each", _floats, torch.abs, "The signs in `{p}` count."),
    _Change("clamped", _floats, lambda v: v.clamp(-50, 50), "Numbers in `{p}` may be large: don't cap them."),
    _Change("clamped-100", _floats, lambda v: v.clamp(-100, 100), "Numbers in `{p}` may be large: don't cap them."),
    _Change("without-tiny", _floats, lambda v: torch.where(v.abs() < 1e-3, torch.zeros_like(v), v), "Small numbers in `{p}` count, too."),
    _Change("no-infinity", lambda v: _floats(v) and bool(v.isinf().any()), lambda v: torch.nan_to_num(v, neginf=-1e4, posinf=1e4)),
    _Change("round-2-each", _floats, lambda v: (v * 100).round() / 100, "Don't round the numbers in `{p}`."),
    _Change("half", lambda v: _floats(v) and v.dtype == torch.float64, lambda v: v.half().to(v.dtype), "Half precision is too coarse."),
    _Change("single", lambda v: _floats(v) and v.dtype == torch.float64, torch.Tensor.float),
    _Change("zero-mean", lambda v: _floats(v) and v.numel() > 1, lambda v: v - v.mean()),
    _Change("global-max", lambda v: _floats(v) and v.numel() > 1, lambda v: v - v.max()),
    _Change("detached", lambda v: _floats(v), torch.Tensor.detach),
    _Change("without-zero-keys", _dict, lambda v: {k: x for k, x in v.items() if k}),
    _Change("without-zero-values", _dict, lambda v: {k: x for k, x in v.items() if x}),
    _Change("first-key", lambda v: _dict(v) and len(v) > 1, lambda v: dict(itertools.islice(v.items(), 1)), "All entries of `{p}` count, not only the first."),
    _Change("last-key", lambda v: _dict(v) and len(v) > 1, lambda v: dict(list(v.items())[-1:]), "All entries of `{p}` count, not only the last."),
]  # fmt: skip

# --- results ----------------------------------------------------------------------------------------------------

_RESULTS = [
    _Change("negative", lambda v: _number(v) or _floats(v), lambda v: -v, "The sign is the wrong way round."),
    _Change("times-1000", _number, lambda v: v * 1000, "The result is 1000 times too large: look at the units."),
    _Change("by-1000", _number, lambda v: v / 1000, "The result is 1000 times too small: look at the units."),
    _Change("times-million", _number, lambda v: v * 1e6, "The result is a million times too large: look at the units."),
    _Change("by-million", _number, lambda v: v / 1e6, "The result is a million times too small: look at the units."),
    _Change("twice", lambda v: _number(v) or _floats(v), lambda v: v * 2, "The result is twice too large: a factor 2 too many."),
    _Change("half", lambda v: _number(v) or _floats(v), lambda v: v / 2, "The result is half of what it should be: a factor 2 is missing."),
    _Change("inverse", lambda v: _float(v) and v != 0, lambda v: 1 / v, "The fraction is upside down."),
    _Change("root", lambda v: _float(v) or _floats(v), lambda v: math.sqrt(abs(v)) if _float(v) else v.abs().sqrt(), "There is a square root that nobody asked for."),
    _Change("square", lambda v: _float(v) or _floats(v), lambda v: v * v if (_float(v) and abs(v) < 1e150) or not _float(v) else v, "There is a square that nobody asked for."),
    _Change("log", lambda v: _float(v) and v > 0, math.log, "The result is the logarithm of what is asked for."),
    _Change("exp", lambda v: _float(v) and v < 500, math.exp, "The result is e to the power of what is asked for."),
    _Change("log-2", lambda v: _float(v) or _floats(v), lambda v: v / math.log(2), "That is a logarithm to the base 2."),
    _Change("plus-1", _whole, lambda v: v + 1, "The result is one too many."),
    _Change("minus-1", _whole, lambda v: v - 1, "The result is one too few."),
    _Change("round", _float, lambda v: float(round(v)) if math.isfinite(v) else v, "Don't round the result."),
    _Change("round-2", _float, lambda v: round(v, 2), "Don't round the result."),
    _Change("round-4", lambda v: _float(v) or _floats(v), lambda v: round(v, 4) if _float(v) else (v * 1e4).round() / 1e4, "Don't round the result."),
    _Change("whole", _float, lambda v: int(v) if math.isfinite(v) else v, "Don't cut off the fraction of the result."),
    _Change("float", _whole, float),
    _Change("through-float", lambda v: _whole(v) and abs(v) > 2**31, lambda v: int(float(v)), "Whole numbers stay exact at any size: `/`, `float` and NumPy round large ones."),
    _Change("text", lambda v: _number(v), str),
    _Change("as-tensor", lambda v: _number(v), torch.tensor),
    _Change("as-numpy", lambda v: _number(v), lambda v: np.array(v)[()] if _whole(v) else np.float32(v)),
    _Change("finite", lambda v: _float(v) or _floats(v), lambda v: (1e30 if math.isinf(v) else v) if _float(v) else torch.nan_to_num(v)),
    _Change("at-most-1", lambda v: _float(v) or _floats(v), lambda v: min(v, 1.0) if _float(v) else v.clamp(max=1.0), "Results above 1 are cut off."),
    _Change("not-negative", lambda v: _float(v) or _floats(v), lambda v: max(v, 0.0) if _float(v) else v.clamp(min=0.0), "Negative results are cut off."),
    _Change("at-least-tiny", lambda v: _float(v) or _floats(v), lambda v: max(v, 1e-3) if _float(v) else v.clamp(min=1e-3), "Small results are cut off."),
    _Change("item", lambda v: _tensor(v) and v.numel() == 1, torch.Tensor.item),
    _Change("list", _tensor, torch.Tensor.tolist),
    _Change("numpy", _tensor, lambda v: v.detach().numpy()),
    _Change("detached", lambda v: _tensor(v) and v.requires_grad, torch.Tensor.detach, "No gradient comes back: something cuts the way to the inputs."),
    _Change("axis-more", _tensor, lambda v: v[None]),
    _Change("axis-last", _tensor, lambda v: v[..., None]),
    _Change("squeezed", lambda v: _tensor(v) and v.dim() > 0, torch.Tensor.squeeze),
    _Change("flat", _table, torch.Tensor.flatten),
    _Change("transposed", _table, lambda v: v.transpose(-1, -2), "The axes of the result are swapped."),
    _Change("single", lambda v: _tensor(v) and v.dtype == torch.float64, torch.Tensor.float),
    _Change("double", lambda v: _tensor(v) and v.dtype == torch.float32, torch.Tensor.double),
    _Change("half-precision", _floats, lambda v: v.half().to(v.dtype)),
    _Change("uint8", lambda v: _tensor(v), lambda v: v.to(torch.uint8)),
    _Change("first-row", lambda v: _vector(v) and v.shape[0] > 1, lambda v: v[0]),
    _Change("unit-sum", _floats, lambda v: v / v.sum() if v.numel() else v, "All numbers together add up to 1: look at the axis."),
    _Change("flipped", _vector, lambda v: v.flip(-1), "The result runs in the wrong direction."),
    _Change("tuple", lambda v: type(v) is list, tuple),
    _Change("list-for-tuple", lambda v: type(v) is tuple, list),
    _Change("generator", _list, lambda v: (x for x in v)),
    _Change("iterator", _list, iter),
    _Change("array", _number_list, np.array),
    _Change("tensor", _number_list, torch.tensor),
    _Change("set", _whole_list, set),
    _Change("sorted", _sortable, lambda v: _like(v, sorted(v)), "The order of the result counts: it is sorted."),
    _Change("reversed", _list, lambda v: _like(v, v[::-1]), "The order of the result is turned round."),
    _Change("unique", lambda v: _list(v), lambda v: _like(v, _unique(v)), "Equal ones in the result are left out."),
    _Change("without-first", _list, lambda v: v[1:], "The first of the result is missing."),
    _Change("without-last", _list, lambda v: v[:-1], "The last of the result is missing."),
    _Change("no-long-run", _whole_list, lambda v: _like(v, _until_third(v)), "The result stops where something repeats: nothing asks for that."),
    _Change("last-twice", _list, lambda v: _like(v, [*v, *v[-1:]]), "The result ends with one too many."),
    _Change("nested", _list, lambda v: [v]),
    _Change("floats", _whole_list, lambda v: _like(v, [float(x) for x in v])),
    _Change("numpy-items", _whole_list, lambda v: _like(v, [np.int64(x) for x in v])),
    _Change("tensor-items", _whole_list, lambda v: _like(v, [torch.tensor(x) for x in v])),
    _Change("text-items", _whole_list, lambda v: _like(v, [str(x) for x in v])),
    _Change("first-10", lambda v: _list(v) or _text(v), lambda v: v[:10], "The result stops too early."),
    _Change("round-items", lambda v: _list(v) and bool(v) and all(map(_float, v)), lambda v: _like(v, [round(x, 2) for x in v]), "Don't round the results."),
    _Change("strip", _text, str.strip, "Blanks at the ends of the result are missing."),
    _Change("lower", _text, str.lower, "Capital letters of the result are missing."),
    _Change("bytes", _text, str.encode),
    _Change("nfc", _text, lambda t: unicodedata.normalize("NFC", t), "Don't normalise the result."),
    _Change("no-marks", _text, lambda t: t.replace("\ufffd", ""), "Where bytes are no whole character, U+FFFD has to stand."),
    _Change("marks-?", _text, lambda t: t.replace("\ufffd", "?"), "Where bytes are no whole character, U+FFFD has to stand."),
    _Change("one-mark", _text, lambda t: "\ufffd".join(part for part in t.split("\ufffd")) if "\ufffd\ufffd" not in t else t.replace("\ufffd\ufffd", "\ufffd")),
    _Change("newlines", _text, lambda t: t.replace("\r\n", "\n"), "A line end `\\r\\n` is two characters: keep both."),
    _Change("items", _dict, lambda v: list(v.items())),
    _Change("keys-text", _dict, lambda v: {str(k): x for k, x in v.items()}),
    _Change("keys-list", lambda v: _dict(v) and all(isinstance(k, tuple) for k in v), lambda v: {str(list(k)): x for k, x in v.items()}),
    _Change("keys-turned", lambda v: _dict(v) and all(isinstance(k, tuple) for k in v), lambda v: {k[::-1]: x for k, x in v.items()}, "The keys are turned round."),
    _Change("keys-sorted", lambda v: _dict(v) and all(isinstance(k, tuple) for k in v), lambda v: {tuple(sorted(k)): x for k, x in v.items()}, "The order within a key counts."),
    _Change("values-one", lambda v: _dict(v), lambda v: dict.fromkeys(v, 1), "Every value is 1: count, don't only note."),
    _Change("values-round", lambda v: _dict(v) and any(map(_float, v.values())), lambda v: {k: round(x, 1) if _float(x) else x for k, x in v.items()}, "Don't round the values."),
    _Change("values-inverse", lambda v: _dict(v) and any(map(_float, v.values())), lambda v: {k: 1 / x if x else x for k, x in v.items()}, "The fraction is upside down."),
    _Change("values-whole", lambda v: _dict(v) and any(map(_float, v.values())), lambda v: {k: int(x) for k, x in v.items()}, "Don't cut off fractions."),
    _Change("without-single", lambda v: _dict(v), lambda v: {k: x for k, x in v.items() if x != 1}, "What occurs once counts, too."),
    _Change("without-first-key", lambda v: _dict(v), lambda v: dict(list(v.items())[1:]), "The first entry is missing."),
    _Change("by-value", lambda v: _dict(v), lambda v: dict(sorted(v.items(), key=lambda item: repr(item)))),
]  # fmt: skip


Act = Callable[[Target, inspect.BoundArguments], Any]


def _around(act: Act) -> Callable[[Target], Target]:
    """A wrapper that gets the function and its bound arguments, defaults included, and makes the call itself."""

    def wrap(function: Target) -> Target:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def slipped(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            return act(function, bound)

        return slipped

    return wrap


def _go_on(function: Target, bound: inspect.BoundArguments) -> Any:
    return function(*bound.args, **bound.kwargs)


def _wrap_argument(
    name: str, change: Callable[[Any], Any], fits: Callable[[Any], bool]
) -> Callable[[Target], Target]:
    def act(function: Target, bound: inspect.BoundArguments) -> Any:
        values = bound.arguments
        if name in values and fits(values[name]):
            values[name] = change(values[name])
        return _go_on(function, bound)

    return _around(act)


def _wrap_result(change: Callable[[Any], Any], fits: Callable[[Any], bool]) -> Callable[[Target], Target]:
    def wrap(function: Target) -> Target:
        @functools.wraps(function)
        def slipped(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            if not fits(result):
                return result
            slipped.touched = True  # type: ignore[attr-defined]
            return change(result)

        slipped.touched = False  # type: ignore[attr-defined]
        return slipped

    return wrap


def _or(default: Any, value: Any) -> Any:
    return value or default


def _both(fits: Callable[[Any], bool], condition: Callable[[Any], bool], value: Any) -> bool:
    return fits(value) and bool(condition(value))


# --- calls as a whole -------------------------------------------------------------------------------------------


def _ignored(name: str, value: Any) -> Callable[[Target], Target]:
    return _wrap_argument(name, lambda _: value, lambda _: True)


def _swapped(one: str, other: str) -> Callable[[Target], Target]:
    def act(function: Target, bound: inspect.BoundArguments) -> Any:
        values = bound.arguments
        values[one], values[other] = values[other], values[one]
        return _go_on(function, bound)

    return _around(act)


def _spoil(value: Any) -> bool:
    """Change something that was passed, as an answer that works in place would; False if it has nothing to change."""
    if isinstance(value, list) and value:
        value.pop()
    elif isinstance(value, dict) and value:
        value.pop(next(iter(value)))
    elif _floats(value) and value.numel() and not value.requires_grad:
        value.mul_(2).add_(1)
    elif isinstance(value, list):
        value.append(0)
    else:
        return False
    return True


def _changes(name: str) -> Callable[[Target], Target]:
    def act(function: Target, bound: inspect.BoundArguments) -> Any:
        result = copy.copy(_go_on(function, bound))
        _spoil(bound.arguments.get(name))
        return result

    return _around(act)


def _deep_changes(name: str) -> Callable[[Target], Target]:
    def act(function: Target, bound: inspect.BoundArguments) -> Any:
        result = copy.deepcopy(_go_on(function, bound))
        value = bound.arguments.get(name)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            _spoil(inner)
        return result

    return _around(act)


def _recycled(function: Target) -> Target:
    """One list or tensor for all results of a size, filled anew in each call."""
    kept: dict[object, Any] = {}

    @functools.wraps(function)
    def slipped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        is_tensor = isinstance(result, torch.Tensor) and not result.requires_grad
        if not is_tensor and type(result) not in (list, dict):
            return result
        slipped.touched = True  # type: ignore[attr-defined]
        place: Any = kept.setdefault((result.dtype, result.shape) if is_tensor else type(result), result)
        if place is result:
            return place
        if is_tensor:
            return place.copy_(result)
        place.clear()
        (place.extend if type(result) is list else place.update)(result)
        return place

    slipped.touched = False  # type: ignore[attr-defined]
    return slipped


def _guarded(function: Target, on_error: Callable[[BaseException], Any]) -> Target:
    @functools.wraps(function)
    def slipped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            return on_error(error)

    return slipped


def _raise(error: BaseException) -> Any:
    raise error


def _remembers(function: Target) -> Target:
    """A default list, or a global, that grows from call to call."""
    seen: list[Any] = []

    @functools.wraps(function)
    def slipped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        seen.append(result)
        if len(seen) > 3 and isinstance(result, list):
            return [*result, *result[:1]]
        return seen[0] if len(seen) > 3 else result

    return slipped


def _cached_without(name: str) -> Callable[[Target], Target]:
    """A cache whose key lacks one argument."""

    def wrap(function: Target) -> Target:
        known: dict[str, Any] = {}

        def act(function: Target, bound: inspect.BoundArguments) -> Any:
            rest = {k: v.initial_seed() if _throws(v) else v for k, v in bound.arguments.items() if k != name}
            key = repr(rest)
            if key not in known:
                known[key] = _go_on(function, bound)
            return copy.deepcopy(known[key])

        return _around(act)(function)

    return wrap


def _cached_by_object(name: str) -> Callable[[Target], Target]:
    """A cache that knows one argument by its object, not by what it holds."""

    def wrap(function: Target) -> Target:
        known: dict[str, tuple[Any, Any]] = {}

        def act(function: Target, bound: inspect.BoundArguments) -> Any:
            value = bound.arguments.get(name)
            key = repr({k: v for k, v in bound.arguments.items() if k != name})
            if key not in known or known[key][0] is not value:
                known[key] = value, _go_on(function, bound)
            return copy.deepcopy(known[key][1])

        return _around(act)(function)

    return wrap


def _gives_back(name: str) -> Callable[[Target], Target]:
    """The argument itself as the result, where both are equal."""

    def act(function: Target, bound: inspect.BoundArguments) -> Any:
        result, value = _go_on(function, bound), bound.arguments.get(name)
        return (
            value
            if type(value) is type(result) and difference(value, result, Rule(close=0.0)) is None
            else result
        )

    return _around(act)


def _unchecked(name: str) -> Callable[[Target], Target]:
    """Bad arguments are noticed only if there is something to do: not where this argument is 0 or empty."""

    def act(function: Target, bound: inspect.BoundArguments) -> Any:
        try:
            return _go_on(function, bound)
        except Exception:
            if _is_falsy(bound.arguments.get(name)):
                return 0
            raise

    return _around(act)


def _is_falsy(value: Any) -> bool:
    return not _tensor(value) and not isinstance(value, np.ndarray) and not value


def _unless(
    condition: Callable[[Any], bool], error: type[Exception], name: str
) -> Callable[[Target], Target]:
    """An exception for a kind of argument that the text allows."""

    def act(function: Target, bound: inspect.BoundArguments) -> Any:
        if name in bound.arguments and condition(bound.arguments[name]):
            raise error("not allowed")
        return _go_on(function, bound)

    return _around(act)


_REFUSALS: list[tuple[str, Callable[[Any], bool], Callable[[Any], bool], str]] = [
    ("refuses-0", _number, lambda v: v == 0, "`{p}` may be 0: don't refuse it."),
    ("refuses-1", _number, lambda v: v == 1, "`{p}` may be 1: don't refuse it."),
    ("refuses-negative", _number, lambda v: v < 0, ""),
    ("refuses-above-1", _number, lambda v: v > 1, "`{p}` may be above 1: don't refuse it."),
    ("refuses-large", _number, lambda v: v > 10**4, "`{p}` may be large: don't refuse it."),
    ("refuses-empty", lambda v: _text(v) or _list(v) or _dict(v), lambda v: len(v) == 0, "`{p}` may be empty: don't refuse it."),
    ("refuses-single", lambda v: _text(v) or _list(v) or _dict(v), lambda v: len(v) == 1, "`{p}` may have a single item: don't refuse it."),
    ("refuses-long", lambda v: _text(v) or _list(v), lambda v: len(v) > 200, "`{p}` may be long."),
    ("refuses-many-rows", _vector, lambda v: v.shape[0] > 500, "`{p}` may have many rows."),
    ("refuses-equal", lambda v: _list(v), lambda v: len(v) > 1 and len(_unique(v)) < len(v), "Equal ones in `{p}` are allowed."),
    ("refuses-zero-items", _number_list, lambda v: _number_list(v) and 0 in v, "A 0 in `{p}` is allowed."),
    ("refuses-one-row", _vector, lambda v: v.shape[0] == 1, "`{p}` may have a single row."),
    ("refuses-3-axes", lambda v: _tensor(v) and v.dim() > 2, lambda v: v.dim() > 2, "`{p}` may have more than two axes."),
    ("refuses-large-numbers", _floats, lambda v: bool((v.abs() > 500).any()), "Numbers in `{p}` may be large."),
    ("refuses-negative-numbers", _floats, lambda v: bool((v < 0).any()), "Numbers in `{p}` may be negative."),
    ("refuses-zero-row", _floats, lambda v: v.dim() > 0 and bool((v == 0).all(-1).any()), "A row of zeros in `{p}` is allowed."),
]  # fmt: skip


# --- dice -------------------------------------------------------------------------------------------------------


def _throws(value: Any) -> bool:
    return isinstance(value, torch.Generator)


def _global_dice(name: str) -> Callable[[Target], Target]:
    """Draws with the global dice of torch, whatever is given."""
    return _wrap_argument(name, lambda _: torch.Generator().manual_seed(random.getrandbits(40)), _throws)


def _fixed_dice(name: str) -> Callable[[Target], Target]:
    """Seeds dice of its own in every call."""
    return _wrap_argument(name, lambda _: torch.Generator().manual_seed(0), _throws)


def _reseeded(name: str) -> Callable[[Target], Target]:
    """Goes back to the first seed of the dice in every call."""
    return _wrap_argument(name, lambda dice: torch.Generator().manual_seed(dice.initial_seed()), _throws)


# --- the catalogue ----------------------------------------------------------------------------------------------


def slips(
    function: Target,
    calls: Sequence[Call],
    accepted: Sequence[Call],
    results: Sequence[Any],
    refuses: bool = True,
    fresh: bool = False,
) -> Iterator[Slip]:
    """Yield every slip that fits a function, by the arguments of a contract's calls and by their results.

    Args:
        accepted: those of the calls that the reference does not refuse.
        results: what it gave for them.
        refuses: whether the contract has calls that must be refused.
        fresh: whether a result must be new.
    """
    seen = passed(function, accepted)  # what has to be refused can't be got wrong in another way
    yield from argument_slips(function, seen, passed(function, accepted))
    for name, values in seen.items():
        if any(isinstance(v, list | dict) or _floats(v) for v in values):
            yield Slip(f"changes:{name}", _changes(name))
        if any(isinstance(v, list | dict) and any(isinstance(x, list | dict) for x in (v.values() if isinstance(v, dict) else v)) for v in values):  # fmt: skip
            yield Slip(f"changes-inside:{name}", _deep_changes(name))
        others = [value for other in seen if other != name for value in seen[other]]
        if others and not any(map(callable, others)):
            yield Slip(f"cache-without:{name}", _cached_without(name))
        if any(isinstance(v, list | dict | torch.Tensor) for v in values) and not any(map(callable, others)):
            yield Slip(f"cache-by-object:{name}", _cached_by_object(name))
        if fresh and any(isinstance(v, list | torch.Tensor) for v in values):
            yield Slip(f"gives-back:{name}", _gives_back(name))
        if refuses and any(map(_is_falsy, values)):
            yield Slip(f"unchecked-if-falsy:{name}", _unchecked(name))
        if any(map(_throws, values)):
            yield Slip(f"global-dice:{name}", _global_dice(name))
            yield Slip(f"fixed-dice:{name}", _fixed_dice(name))
            yield Slip(f"reseeded:{name}", _reseeded(name))
    for change in _RESULTS:
        if any(change.fits(result) and _differs(change.change, result) for result in results):
            yield Slip(f"result-{change.name}", _wrap_result(change.change, change.fits), change.sentence)
    yield Slip("returns-none", _wrap_result(lambda _: None, lambda _: True))
    yield Slip(
        "returns-argument", lambda f: functools.wraps(f)(lambda *args, **kwargs: [*args, *kwargs.values()][0])
    )
    yield Slip("remembers", _remembers)
    if any(isinstance(result, torch.Tensor | list | dict) for result in results):
        yield Slip("recycled", _recycled)
    if refuses:
        yield Slip("catches-all", lambda f: _guarded(f, lambda error: 0))
        yield Slip("catches-all-none", lambda f: _guarded(f, lambda error: None))
        yield Slip("returns-error", lambda f: _guarded(f, lambda error: error))
        yield Slip("type-error", lambda f: _guarded(f, lambda error: _raise(TypeError("wrong"))))
        yield Slip("plain-exception", lambda f: _guarded(f, lambda error: _raise(Exception("wrong"))))
        yield Slip("index-error", lambda f: _guarded(f, lambda error: _raise(IndexError("wrong"))))
        yield Slip("assertion", lambda f: _guarded(f, lambda error: _raise(AssertionError("wrong"))))


def _differs(change: Callable[[Any], Any], result: Any) -> bool:
    """Whether a change makes another result of this one."""
    try:
        result = result.detach().clone() if isinstance(result, torch.Tensor) else copy.deepcopy(result)
        return difference(change(copy.deepcopy(result)), result, Rule(close=0.0)) is not None
    except Exception:
        return True


def argument_slips(
    function: Target, seen: dict[str, list[Any]], accepted: dict[str, list[Any]]
) -> Iterator[Slip]:
    """Yield the slips that change, ignore, swap or refuse arguments, for parameters that were given these values."""
    parameters = {p.name: p for p in inspect.signature(function).parameters.values()}
    for name, values in seen.items():
        for change in _ARGUMENTS:
            if change.name in ("mod-100", "mod-256") and not all(map(_whole, values)):
                continue
            if change.name == "abs" and not any(
                _number(value) and value < 0 for value in accepted.get(name, ())
            ):
                continue  # whether a number may be negative, the contract says by passing one
            if any(change.fits(value) for value in values):
                wrap = _wrap_argument(name, change.change, change.fits)
                yield Slip(f"{change.name}:{name}", wrap, change.sentence.format(p=name))
        default = parameters[name].default
        if default is not inspect.Parameter.empty:
            yield Slip(f"ignored:{name}", _ignored(name, default), f"`{name}` is ignored: use what is given.")
            if default and not _text(default):
                wrap = _wrap_argument(name, functools.partial(_or, default), lambda v: not _tensor(v))
                yield Slip(
                    f"falsy-is-default:{name}", wrap, f"`{name}` may be 0 or empty: that is not the default."
                )
        elif all(isinstance(value, int | float) for value in values) and len({*values}) > 1:
            for constant in (0, 1, 2):
                fixed = _ignored(name, type(values[0])(constant))
                yield Slip(f"always-{constant}:{name}", fixed, f"`{name}` is ignored.")
        elif all(isinstance(value, list | tuple | dict | str) for value in values):
            emptied = _wrap_argument(name, lambda v: type(v)(), lambda v: True)
            yield Slip(f"always-empty:{name}", emptied, f"`{name}` is ignored.")
        if default is None:
            wrap = _wrap_argument(name, lambda v: v or None, lambda v: not _tensor(v))
            yield Slip(f"falsy-is-none:{name}", wrap, f"`{name}` may be 0: `if {name}:` takes 0 for None.")
        for kind, fits, condition, sentence in _REFUSALS:
            if kind == "refuses-large" and not all(map(_whole, values)):
                continue
            if kind == "refuses-negative" and not any(
                _number(value) and value < 0 for value in accepted.get(name, ())
            ):
                continue
            if any(fits(value) for value in values):
                wrap = _unless(functools.partial(_both, fits, condition), ValueError, name)
                yield Slip(f"{kind}:{name}", wrap, sentence.format(p=name))
    names = [name for name in seen if parameters[name].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    for one, other in itertools.combinations(names, 2):
        kinds = [{type(value) for value in seen[name]} for name in (one, other)]
        if kinds[0] & kinds[1]:
            yield Slip(f"swapped:{one},{other}", _swapped(one, other), f"`{one}` and `{other}` are swapped.")


def passed(function: Target, calls: Sequence[Call]) -> dict[str, list[Any]]:
    """The values that each parameter of a function gets in these calls, defaults included."""
    signature = inspect.signature(function)
    seen: dict[str, list[Any]] = {}
    for call in calls:
        bound = signature.bind(*call.args, **call.kwargs)
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            seen.setdefault(name, []).append(value)
    return seen


def explanations(function: Target, calls: Sequence[Call]) -> list[tuple[Target, str]]:
    """The slips over a reference that a learner can be told of by results alone, each with its sentence."""
    outcomes = call_here(function, calls)
    accepted = [call for call, outcome in zip(calls, outcomes, strict=True) if not outcome.error]
    found = slips(function, calls, accepted, [o.value for o in outcomes if not o.error], refuses=False)
    bind = inspect.signature(function).bind
    given = {name for call in calls for name in bind(*call.args, **call.kwargs).arguments}
    return [
        (slip.wrap(function), slip.sentence)
        for slip in found
        # What nobody passed, nobody has swapped.
        if slip.sentence and (not slip.name.startswith("swapped:") or {*slip.name[8:].split(",")} <= given)
    ]
