"""Many calls of one function in one message, and what came of each.

The same code serves a learner's process (`kernel.py`), the instructor's own notebook and the tests: arguments are
rebuilt for each call, so none sees what another call did to them, and results come back as plain data.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from course_lib.grading.frames import Tree
from course_lib.grading.wire import Decoder, Encoder

OBJECTS = {
    "generator",
    "map",
    "zip",
    "filter",
    "function",
    "method",
    "module",
    "dict_keys",
    "dict_values",
    "dict_items",
    "reversed",
    "enumerate",
    "deque",
    "Parameter",
    "Module",
    "type",
    "Decimal",
    "Fraction",
}  # what is often given back in place of data; other names are a learner's to choose, and are not repeated


FIXED = {int, float, str, bool, bytes, type(None)}


@dataclass(frozen=True)
class Call:
    """One call, or `times` calls with the same arguments, between which only dice move on."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    times: int = 1
    cotangent: torch.Tensor | None = None  # asks for the gradients of (result * cotangent).sum()
    loose: bool = False  # tensors arrive as views with gaps between their numbers
    seed: int | None = None  # of the global dice, set before the call


@dataclass(frozen=True)
class Foreign:
    """Stands for a result that is no plain data; equal to nothing."""

    kind: str  # "a generator"

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


@dataclass
class Outcome:
    """What came of a call."""

    values: list[Any] = field(default_factory=list)  # one for each time; none if it raised something
    error: str = ""  # the nearest built-in class of what it raised
    changed: list[int] = field(default_factory=list)  # places of arguments that are not as they were
    shared: bool = False  # whether the result is, or holds, something of the arguments
    overwrites: bool = False  # whether it changed what the call before had returned
    tracked: bool = False  # whether the result remembers how it was computed
    gradients: list[torch.Tensor | None] | None = None  # of the inputs that require them, in their order

    @property
    def value(self) -> Any:
        """The result of the (first) call."""
        return self.values[0]


# --- where the function is ------------------------------------------------------------------------------------


def perform(
    target: Callable[..., Any],
    calls: Sequence[Mapping[str, Any]],
    decoder: Callable[[list[torch.Tensor]], Decoder],
    encoder: Encoder,
) -> list[Tree]:
    """Make the calls and return a tree for each outcome. Nothing that the function raises comes out of it.

    Lists, dictionaries and tensors are the caller's own, who fills them anew for the next call: they are the same
    objects in all calls, so whoever remembers an object instead of what it holds is found out.
    """
    reused: dict[object, Any] = {}
    last = _Returned()
    return [_one(target, call, decoder, encoder, reused, last) for call in calls]


class _Returned:
    """What the call before returned, and what it held then: it is the caller's, and no later call changes it."""

    def __init__(self) -> None:
        self.note(None)

    def note(self, value: Any) -> None:
        self.value, self.held = value, self._look(value)

    def is_changed(self) -> bool:
        return self.held is not None and self._look(self.value) != self.held

    @staticmethod
    def _look(value: Any) -> object:
        """What it holds; None for what can't be looked at, such as a sparse tensor or a list that holds itself."""
        try:
            return as_it_is(value)
        except Exception:
            return None


def _one(
    target: Callable[..., Any],
    call: Mapping[str, Any],
    decoder: Callable[[list[torch.Tensor]], Decoder],
    encoder: Encoder,
    reused: dict[object, Any],
    last: _Returned,
) -> Tree:
    leaves: list[torch.Tensor] = []
    reading = decoder(leaves)
    args, kwargs = reading.decode(call["args"]), reading.decode(call["kwargs"])
    if call["loose"]:
        args, kwargs = tuple(map(_loose, args)), {name: _loose(value) for name, value in kwargs.items()}
    args = tuple(_refilled(reused, place, value) for place, value in enumerate(args))
    kwargs = {name: _refilled(reused, name, value) for name, value in kwargs.items()}
    given = [*args, *kwargs.values()]
    before = [as_it_is(value) for value in given]
    reply: dict[str, Any] = {}
    if call["seed"] is not None:
        random.seed(call["seed"])
        np.random.seed(call["seed"] % 2**32)  # noqa: NPY002 - the learner's code may use the global generator
        torch.default_generator.manual_seed(call["seed"])  # torch.manual_seed looks for devices: 2 ms
    try:
        # Gradients are on for each call, whatever a cell of the learner's own has switched for all of torch.
        with contextlib.redirect_stdout(io.StringIO()), torch.enable_grad():
            values = [target(*args, **kwargs) for _ in range(call["times"])]
            reply["changed"] = [
                place for place, was in enumerate(before) if was is not None and as_it_is(given[place]) != was
            ]
            reply["values"] = [encoder.encode(value) for value in values]
            reply["shared"] = _shares(values[0], given) if values else False
            reply["tracked"] = (
                bool(values) and isinstance(values[0], torch.Tensor) and values[0].requires_grad
            )
            if call["cotangent"] is not None and reply["tracked"]:
                # As one number: a list of gradients makes torch import half a second of algebra first.
                (values[0] * reading.decode(call["cotangent"])).sum().backward()
                reply["gradients"] = encoder.encode([leaf.grad for leaf in leaves])
            reply["overwrites"] = last.is_changed()
            for value in values:  # it is the caller's now: whoever keeps it for the next call will see
                _spoil(value)
            last.note(None if reply["shared"] or not values else values[0])
    except BaseException as error:
        reply["error"] = describe_error(error)
        reply.setdefault("changed", [])
    return reply


def _refilled(reused: dict[object, Any], place: object, value: Any) -> Any:
    """The object that was passed at this place before, if it is of that kind, holding what `value` holds."""
    if isinstance(value, torch.Tensor):
        key = place, value.dtype, value.shape, value.stride()
        kept = value if value.requires_grad else reused.setdefault(key, value)
        # The function may have made something else of it meanwhile.
        if (place, kept.dtype, kept.shape, kept.stride()) == key and not kept.requires_grad:
            return kept.copy_(value)
        reused[key] = value
        return value
    kept = reused.setdefault((place, type(value)), value) if type(value) in (list, dict) else value
    if kept is not value:
        kept.clear()
        (kept.extend if type(value) is list else kept.update)(value)
    return kept


def _spoil(value: Any) -> None:
    """Change a result in place, as a caller may."""
    if type(value) is list:
        value.append(value[-1] if value else 0)
    elif type(value) is dict:
        value["more"] = 0
    elif isinstance(value, torch.Tensor | np.ndarray):
        with contextlib.suppress(RuntimeError, ValueError, TypeError), torch.no_grad():
            if value.dtype in (torch.bool, np.bool_):
                value ^= True
            else:
                value += 1


def _loose(value: Any) -> Any:
    """The same numbers with a gap behind each, or column by column."""
    if not isinstance(value, torch.Tensor) or value.dim() == 0 or value.requires_grad:
        return value
    if value.dim() > 1:
        return value.transpose(-1, -2).contiguous().transpose(-1, -2)
    return torch.stack([value, value], dim=-1)[..., 0]


def as_it_is(value: Any) -> object:
    """What a changeable argument holds now, for comparing; None for what cannot change, and for dice."""
    if isinstance(value, torch.Tensor):
        plain = value.detach()
        data = plain.view(torch.int16) if plain.dtype == torch.bfloat16 else plain
        return value.requires_grad, plain.dtype, plain.shape, data.numpy().tobytes()
    if type(value) in (list, tuple):
        if FIXED.issuperset(map(type, value)):
            return type(value), list(value)
        return type(value), [item if type(item) in FIXED else as_it_is(item) for item in value]
    if type(value) is dict:
        return [(key, item if type(item) in FIXED else as_it_is(item)) for key, item in value.items()]
    if isinstance(value, np.ndarray):
        return value.dtype, value.shape, value.tobytes()
    if isinstance(value, set | bytearray):
        return set(value) if isinstance(value, set) else bytes(value)
    return None


def _shares(result: Any, given: list[Any]) -> bool:
    """Whether the result is or holds a list, a dict or a tensor's memory of the arguments."""
    lent = {id(part) for value in given for part in _parts(value)}
    memory = {part.untyped_storage().data_ptr() for value in given for part in _tensors(value)} - {0}
    return any(id(part) in lent for part in _parts(result)) or any(
        part.untyped_storage().data_ptr() in memory for part in _tensors(result)
    )


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value, *(part for inner in value.values() for part in _parts(inner))]
    if isinstance(value, list | tuple):
        held = [part for inner in value[:1000] for part in _parts(inner)]
        return [value, *held] if isinstance(value, list) else held
    return []


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value] if value.layout == torch.strided else []
    if isinstance(value, dict):
        return [part for inner in value.values() for part in _tensors(inner)]
    if isinstance(value, list | tuple):
        return [part for inner in value[:1000] for part in _tensors(inner)]
    return []


def describe_error(error: BaseException) -> dict[str, str]:
    """The nearest built-in class of an exception, and its text."""
    kind = next(
        (k.__name__ for k in type(error).__mro__ if k.__module__ == "builtins" and k is not object),
        "Exception",
    )
    try:
        text = str(error)[:2000]
    except BaseException:
        text = ""
    return {"type": kind, "text": text, "own": "" if type(error).__name__ == kind else "yes"}


# --- where it is asked for ------------------------------------------------------------------------------------


def write_calls(calls: Sequence[Call], encoder: Encoder) -> list[Tree]:
    """Return the calls as they travel."""
    return [
        {
            "args": encoder.encode(call.args),
            "kwargs": encoder.encode(call.kwargs),
            "times": call.times,
            "cotangent": None if call.cotangent is None else encoder.encode(call.cotangent),
            "loose": call.loose,
            "seed": call.seed,
        }
        for call in calls
    ]


def read_outcomes(trees: Sequence[Mapping[str, Any]], decoder: Decoder) -> list[Outcome]:
    """Rebuild what `perform` returned; the decoder's stand-in has to be `foreign`."""
    return [_read(tree, decoder) for tree in trees]


def _read(tree: Mapping[str, Any], decoder: Decoder) -> Outcome:
    outcome = Outcome(changed=[int(place) for place in tree["changed"]])
    if "error" in tree:
        outcome.error = str(tree["error"]["type"])
        return outcome
    outcome.values = [decoder.decode(value) for value in tree["values"]]
    outcome.shared, outcome.tracked = bool(tree["shared"]), bool(tree["tracked"])
    outcome.overwrites = bool(tree["overwrites"])
    if "gradients" in tree:
        outcome.gradients = list(decoder.decode(tree["gradients"]))
    return outcome


def foreign(tree: list[Any]) -> Foreign:
    """What stands for an object in an outcome."""
    name = str(tree[2]) if len(tree) > 2 else ""
    return Foreign(f"a {name}" if name in OBJECTS else "an object")


def call_here(target: Callable[..., Any], calls: Sequence[Call]) -> list[Outcome]:
    """Make the calls in this process, with the same copying and stripping as on the way to another one."""
    functions: list[Any] = []

    def lend(value: Any) -> Tree:
        if not callable(value):
            raise TypeError(f"a {type(value).__name__} can't be an argument of a call: pass plain data")
        functions.append(value)
        return ["callback", len(functions) - 1]

    encoder = Encoder(lend, lambda tensor: {"leaf": None} if tensor.requires_grad else None)
    trees = json.loads(json.dumps(write_calls(calls, encoder)))  # a number that comes twice is another object

    def decoder(leaves: list[torch.Tensor]) -> Decoder:
        def gradient(tensor: torch.Tensor, mark: Tree) -> torch.Tensor:
            if mark is not None:
                leaves.append(tensor.requires_grad_())
            return tensor

        return Decoder(encoder.parts, lambda tree: functions[tree[1]], gradient)

    reply = Encoder(lambda value: ["handle", 0, type(value).__name__, callable(value)])
    found = perform(target, trees, decoder, reply)
    return read_outcomes(found, Decoder(reply.parts, foreign))
