"""Outside the sandbox: run the check cells, ask the learner's process what they need, and give the marks.

A check cell is ordinary code. The names that a learner defined appear in it as remote callables; everything
else in it runs here, in a process that no learner's code ever enters. A learner's process that dies or hangs is
replaced by a new one, in which the cells so far are run again, and the next check goes on.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import io
import itertools
import json
import math
import os
import re
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any, Literal, Protocol

import numpy as np
import torch
from IPython.core.inputtransformer2 import TransformerManager

from course_lib.grading import checks
from course_lib.grading.calls import (
    OBJECTS,
    Call,
    Outcome,
    describe_error,
    foreign,
    read_outcomes,
    write_calls,
)
from course_lib.grading.frames import Closed, Peer, Tree, WireError
from course_lib.grading.kernel import (
    KEPT_TYPES,
    MOST_BYTES,
    MOST_FILES,
    MOST_TEXT,
    builtin_error,
)
from course_lib.grading.meter import Meter, alarm
from course_lib.grading.names import definition, only_imports
from course_lib.grading.sealed import seal
from course_lib.grading.task import Settings, Task
from course_lib.grading.wire import DICE, Decoder, Encoder, copy_into

MOST_KERNELS = 60  # learner's processes for one submission
SHORT = 1.0  # seconds for a check once the submission has used up its patience with hangs
STOPPED, TIMED_OUT = "KernelStopped", "CellTimeoutError"
ENDED = "This cell ended the kernel; the notebook went on in a new kernel."
TOO_LONG = "This cell ran too long and was stopped; the notebook went on in a new kernel."
USED_UP = "The cells above used up the time for all of them together, so this one did not run."
LEFT_OUT = {"output_type": "stream", "name": "stdout", "text": "[the rest of the output was left out]\n"}
MOST_OUTPUTS, MOST_KEPT = 1000, 6 * 2**20  # outputs of one cell, and characters of all outputs of a notebook
GRACE = 3.0  # seconds of computing after a check cell's limit
MOST_FOLDERS = 8  # in one another, in the working folder
PLAIN_RESULTS = (float, int)


# --- what stays in the learner's process ---------------------------------------------------------------------


class Remote:
    """Something that stays in the learner's process: a function, a class, an instance, a generator.

    Calls, attributes, items, iteration and arithmetic are done over there. Comparing it is refused: an object
    could call itself equal to everything. Compare its data. Arithmetic with data tells that process the data, which
    may be the expected value: it gives an object or it is refused, and with a tensor or an array it is refused.
    """

    __slots__ = ("_age", "_reference", "_release", "_session")

    def __init__(self, session: Session, reference: Tree) -> None:
        object.__setattr__(self, "_session", session)
        object.__setattr__(self, "_reference", reference)
        object.__setattr__(self, "_age", session.age)
        release = session.releases(reference[1]) if reference[0] == "kept" else None
        object.__setattr__(self, "_release", release)

    def _there(self) -> Tree:
        """Return how the learner's process knows it. Raises Stopped if that process is gone."""
        if self._reference[0] == "kept" and self._age != self._session.age:
            raise checks.Stopped("the object ended with the process that held it")
        return self._reference

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._session.call(self._there(), args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__name__", "__doc__"):
            raise AttributeError(name)
        return self._session.operate("getattr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._session.operate("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._session.operate("delattr", self, name)

    def __iter__(self) -> Iterator[Any]:
        steps = self._session.operate("iter", self)
        return steps if isinstance(steps, Remote) else iter(steps)

    def __repr__(self) -> str:
        return "<something in the learner's process>"

    def _refuse(self, *_: Any) -> Any:
        raise TypeError(
            "an object of the learner's can't be compared: compare its data (float, list, tensor ...)"
        )

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _refuse
    __bool__ = __hash__ = _refuse


def _forward(method: str, operation: str) -> None:
    def forward(self: Remote, *args: Any) -> Any:
        return self._session.operate(operation, self, *args)

    setattr(Remote, method, forward)


def _arithmetic(method: str, operation: str, reflected: bool) -> None:
    def forward(self: Remote, other: Any) -> Any:
        if not isinstance(other, torch.Tensor | np.ndarray):
            result = self._session.operate(operation, *((other, self) if reflected else (self, other)))
            if isinstance(other, Remote) or isinstance(result, Remote):
                return result
        raise TypeError("an object of the learner's can't say how far it is from data: take its data first")

    setattr(Remote, method, forward)


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
    _arithmetic(f"__{_name}__", _name, reflected=False)
    _arithmetic(f"__r{_name}__", _name, reflected=True)
for _name in ("neg", "pos", "abs", "getitem", "setitem", "delitem"):
    _forward(f"__{_name}__", _name)
for _name in ("next", "len", "float", "int", "complex", "str"):
    _forward(f"__{_name}__", _name)
_forward("__enter__", "enter")
setattr(Remote, "__exit__", lambda self, *_: self._session.operate("leave", self))  # noqa: B010


class _RemoteGradient(torch.autograd.Function):
    """The learner's function as one step of a gradient: backward asks over there."""

    @staticmethod
    def forward(
        ctx: Any,
        session: Session,
        graph: int,
        release: object,
        value: torch.Tensor,
        anchor: torch.Tensor,
        *inputs: Any,
    ) -> torch.Tensor:
        ctx.session, ctx.graph, ctx.release, ctx.age = session, graph, release, session.age
        return value.view_as(value)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> Any:
        if ctx.age != ctx.session.age:
            raise checks.Stopped("the graph ended with the process that held it")
        found = ctx.session.backward(ctx.graph, gradient)
        return (None, None, None, None, None, *found)


class _Release:
    """Tells the learner's process, with the next request, that nobody holds an object any more."""

    def __init__(self, session: Session, id: int) -> None:
        self.session, self.age, self.id = session, session.age, id

    def __del__(self) -> None:
        if self.age == self.session.age:
            self.session.dropped.append(self.id)


class Processes(Protocol):
    """Where learners' processes come from (`sandbox.Control`)."""

    def replace(self) -> socket.socket:
        """End the last process, start another, and return a socket to it."""

    def used(self) -> float:
        """Return the seconds that count of all of them so far."""


class Session:
    """The conversation with one learner's process after another.

    `data_functions` are the learner's functions that return plain data by the instructor's annotation, and whether
    that may be None: an object in its place could lie when it is asked.
    """

    def __init__(
        self, processes: Processes, task: Task, data_functions: Mapping[str, bool] | None = None
    ) -> None:
        self.processes, self.task, self.data_functions = processes, task, data_functions or {}
        self.age = 0  # counts the processes
        self.dropped: list[int] = []
        self.peer: Peer | None = None
        self.done: list[str] = []  # cells that ran, for a new process
        self.counted = 0.0  # seconds that the learner's code has used, see `meter.py`
        self.in_cells = 0.0  # those of them that cells took
        self.in_checks = 0.0
        self.lost = 0.0  # those of them that were spent in what had to be stopped
        self.has_stopped = False  # whether a cell was stopped
        self.allowed = math.inf  # what `counted` may come to in the block of a check
        self.returning: set[str] = set()  # the learner's functions that gave something
        self.gave_none = ""  # the learner's function that gave None in this check where it gives data
        self.ids = itertools.count(1)
        self.callbacks: dict[int, Callable[..., Any]] = {}
        self.changes = False  # whether a check wants to see what a call does to its arguments
        self.own_dice: list[Callable[[], object]] = []  # those that the checks throw their inputs with
        self.room = MOST_KEPT

    # --- processes ---

    def _connect(self) -> Peer:
        if self.peer is None:
            if self.age >= MOST_KERNELS or self.is_over():
                raise checks.Stopped("the submission has used up its time")
            self.age += 1
            self.dropped.clear()
            self.peer = Peer(self.processes.replace(), self._answer)
            files = [[name, i] for i, name in enumerate(self.task.files)]
            seed = int.from_bytes(self.task.secret.encode()[-4:], "big")
            start = {"what": "start", "seed": seed, "files": files, "now": self.task.handed_in}
            self._ask(start, list(self.task.files.values()))
            for code in self.done:
                self._ask({"what": "run", "code": code}, [])
        return self.peer

    def close(self) -> None:
        if self.peer is not None:
            self.peer.sock.close()
            self.peer = None

    def restart(self) -> None:
        """Forget the process and all that was run in it; what runs from now on has run before."""
        self.close()
        self.done = []

    def is_over(self) -> bool:
        """Return whether the submission has used up all its time."""
        settings = self.task.settings
        return self.in_checks >= settings.total or self.counted >= 3 * settings.cells + settings.total

    def limit(self, in_cells: bool = False) -> float:
        """Seconds for the next request: patience with hangs is spent once per submission, not once per hang.

        What cells have used up leaves the checks' time alone.
        """
        settings = self.task.settings
        patience = max(settings.limit - self.lost, SHORT)
        if in_cells:  # how many of them may begin is decided in `Examiner`; what ran once, runs again
            return patience
        return max(min(patience, settings.total - self.in_checks, self.allowed - self.counted), 0.05)

    @contextlib.contextmanager
    def at_most(self, seconds: float) -> Iterator[None]:
        """Within the block, the learner's code may use so many seconds."""
        self.allowed = self.counted + seconds
        try:
            yield
        finally:
            self.allowed = math.inf

    def _ask(self, request: dict[str, Any], parts: list[bytes]) -> tuple[Mapping[str, Any], list[bytes]]:
        peer = self._connect() if request["what"] not in ("start",) and self.peer is None else self.peer
        assert peer is not None
        if self.dropped:
            request["drop"], self.dropped = self.dropped, []
        is_cell = request["what"] in ("start", "run")
        outer, inner, before = peer.wait, Meter(self.processes.used, self.limit(is_cell)), self.counted
        peer.wait = inner
        try:
            return peer.ask(request, parts)
        except BaseException as error:
            # Whatever came between a request and its reply: what that process says next could be anything.
            self.close()
            if isinstance(error, TimeoutError | checks.TimeUp):
                self.lost += max(inner.counted(), inner.most if isinstance(error, TimeoutError) else 0.0)
            if isinstance(error, Closed):
                raise checks.Stopped("the process ended") from error
            raise
        finally:
            self.counted = before + inner.counted()  # what was asked within is in it
            if is_cell:
                self.in_cells += inner.counted()
            elif outer is None:
                self.in_checks += inner.counted()
            peer.wait = outer

    # --- cells ---

    def run(self, code: str) -> list[dict[str, Any]]:
        """Run a cell of the learner's notebook over there; return its outputs, plain text and pictures only."""
        try:
            reply, _ = self._ask({"what": "run", "code": code}, [])
            outputs = self._kept(reply["outputs"])
            self.done.append(code)
            return outputs
        except TimeoutError:
            return [_error(TIMED_OUT, TOO_LONG)]
        except checks.Stopped:
            return [_error(STOPPED, ENDED)]
        except (WireError, KeyError, TypeError, ValueError):
            self.close()
            return [_error(STOPPED, ENDED)]

    def _kept(self, outputs: Iterable[Any]) -> list[dict[str, Any]]:
        """The outputs of a cell, bounded; of errors the first."""
        kept: list[dict[str, Any]] = []
        failed = full = False
        for output in filter(None, map(_clean, outputs)):
            size = len(json.dumps(output))
            if output["output_type"] == "error":
                kept += [] if failed else [output]
                failed = True
            elif len(kept) < MOST_OUTPUTS and size <= self.room:
                kept.append(output)
                self.room -= size
            elif not full:
                kept.append(LEFT_OUT)
                full = True
        return kept

    def work_files(self) -> dict[str, bytes]:
        """Return what lies in the learner's working folder now, by relative path."""
        reply, parts = self._ask({"what": "files"}, [])
        names = [str(name) for name in reply.get("files") or ()]
        if len(names) > MOST_FILES or sum(map(len, parts)) > MOST_BYTES:
            raise WireError("too many files")
        files = dict(zip(names, parts, strict=True))
        return {name: data for name, data in files.items() if name.count("/") <= MOST_FOLDERS}

    # --- values ---

    def name(self, name: str) -> Any:
        """Return what a learner's name stands for: data, or a Remote. Raises NameError if there is none."""
        reply, parts = self._ask({"what": "name", "name": name}, [])
        if reply.get("missing"):
            raise NameError(f"name {name!r} is not defined")
        value = self._decoder(parts, []).decode(reply["value"])
        # By its name it is found again in a new process.
        return Remote(self, ["name", name]) if isinstance(value, Remote) else value

    def call(
        self, target: Tree, args: tuple[Any, ...], kwargs: dict[str, Any], times: int | None = None
    ) -> Any:
        """Call something over there.

        What it did to changeable arguments is done to ours if the check asked for it, and else to none but the dice:
        an expected value that a check computes after the call is computed from what the check passed.
        """
        args = tuple(map(self._lent, args))
        kwargs = {name: self._lent(value) for name, value in kwargs.items()}
        inputs: list[torch.Tensor] = []
        encoder = self._encoder(inputs)
        request = {
            "what": "call",
            "target": target,
            "args": encoder.encode(args),
            "kwargs": encoder.encode(kwargs),
            "times": 1 if times is None else times,
        }
        reply, parts = self._ask(request, encoder.parts)
        decoder = self._decoder(parts, inputs)
        if reply.get("printed"):
            sys.stdout.write(str(reply["printed"]))
        given = [*args, *kwargs.values()]
        for place, tree in reply.get("changed", ()):
            if (self.changes and target[0] != "operation") or isinstance(given[place], DICE):
                copy_into(given[place], decoder.decode(tree))
        if "error" in reply:
            raise _theirs(reply["error"])
        before = decoder.handles
        values = [decoder.decode(tree) for tree in reply["values"]]
        self._look_for_return(target, values)
        if decoder.handles > before and target[0] == "name" and target[1] in self.data_functions:
            what = next((kind for tree in reply["values"] if (kind := _object_in(tree))), "an object")
            raise checks.NotDataError(
                f"`{target[1]}` returned something that is no plain data ({what}): give back what its docstring says, "
                "such as a list and not a generator."
            )
        if len(values) != request["times"]:
            raise WireError("a call gave another number of results")
        return values[0] if times is None else values

    def calls(self, name: str, calls: Sequence[Call]) -> list[Outcome]:
        """Call a learner's function many times in one request. Raises NameError if there is none of that name."""
        encoder = self._encoder([])
        request = {"what": "calls", "name": name, "calls": write_calls(calls, encoder)}
        reply, parts = self._ask(request, encoder.parts)
        if reply.get("missing"):
            raise _theirs({"type": "NameError", "text": f"name {name!r} is not defined"})
        try:
            outcomes = read_outcomes(reply["outcomes"], Decoder(parts, foreign))
            for id, served in reply.get("served", ()):
                self._catch_up(self.callbacks.get(id), served)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise WireError("outcomes are not well formed") from error
        whole = len(outcomes) == len(calls) and all(
            bool(outcome.error) or len(outcome.values) == call.times
            for outcome, call in zip(outcomes, calls, strict=False)
        )
        if not whole:
            raise WireError("another number of outcomes than calls")
        return outcomes

    def _look_for_return(self, target: Tree, values: list[Any]) -> None:
        """Note a learner's function that should give data and never gave anything but None: its `return` is missing."""
        if target[0] != "name" or self.data_functions.get(target[1]) is not False:
            return
        if any(value is not None for value in values):
            self.returning.add(target[1])
        elif target[1] not in self.returning:
            self.gave_none = target[1]

    def _lent(self, value: Any) -> Any:
        """Dice that a check throws its inputs with stay here: the learner's code gets others, drawn by them."""
        if isinstance(value, np.random.Generator) and any(own() is value for own in self.own_dice):
            return value.spawn(1)[0]
        if isinstance(value, torch.Generator) and any(own() is value for own in self.own_dice):
            return torch.Generator().manual_seed(int(torch.randint(2**62, (), generator=value)))
        return value

    def operate(self, operation: str, *args: Any) -> Any:
        return self.call(["operation", operation], args, {})

    def backward(self, graph: int, gradient: torch.Tensor) -> list[torch.Tensor | None]:
        encoder = self._encoder([])
        request = {"what": "backward", "graph": graph, "gradient": encoder.encode(gradient.detach())}
        reply, parts = self._ask(request, encoder.parts)
        if "error" in reply:
            raise _theirs(reply["error"])
        return self._decoder(parts, []).decode(reply["gradients"])

    def releases(self, id: int) -> object:
        return _Release(self, id)

    def _encoder(self, inputs: list[torch.Tensor]) -> Encoder:
        def stand_in(value: Any) -> Tree:
            if isinstance(value, Remote):
                return value._there()
            if not callable(value):
                raise TypeError(
                    f"a {type(value).__name__} can't cross to the learner's process: pass plain data"
                )
            id = next(self.ids)
            self.callbacks[id] = value
            return [
                "callback",
                id,
                [encoder.encode(line) for line in map(sealed, getattr(value, "script", ()))],
            ]

        def sealed(line: tuple[Any, Any]) -> bytes:
            asked, said = (Encoder(stand_in) for _ in line)
            return seal((asked.encode(line[0]), asked.parts), (said.encode(line[1]), said.parts))

        def mark(tensor: torch.Tensor) -> Tree:
            if not tensor.requires_grad:
                return None
            inputs.append(tensor)
            if not tensor.is_leaf:
                return {}
            return {"leaf": None if tensor.grad is None else encoder.encode(tensor.grad)}

        encoder = Encoder(stand_in, mark)
        return encoder

    def _decoder(self, parts: list[bytes], inputs: list[torch.Tensor]) -> Decoder:
        def stand_in(tree: list[Any]) -> Any:
            if tree[0] != "handle" or type(tree[1]) is not int:
                raise WireError("a value is not well formed")
            return Remote(self, ["kept", tree[1]])

        def gradient(tensor: torch.Tensor, mark: Any) -> torch.Tensor:
            if mark is None:
                return tensor
            if "leaf" in mark:
                tensor.requires_grad_()
                if mark["leaf"] is not None:
                    tensor.grad = decoder.decode(mark["leaf"])
                return tensor
            graph = int(mark["graph"])
            anchor = torch.zeros((), requires_grad=True)
            return _RemoteGradient.apply(self, graph, _Release(self, graph), tensor, anchor, *inputs)

        decoder = Decoder(parts, stand_in, gradient)
        return decoder

    @staticmethod
    def _catch_up(function: Any, served: Any) -> None:
        """Let a function know that so many questions were answered from its script."""
        if type(served) is int and served > 0 and hasattr(function, "catch_up"):
            function.catch_up(served)

    def _answer(self, request: Mapping[str, Any], parts: list[bytes]) -> tuple[Tree, list[bytes]]:
        """A function that a check passed is called by the learner's code."""
        function = self.callbacks.get(request.get("id", 0)) if request.get("what") == "callback" else None
        if function is None:
            raise WireError("the learner's process asked for something that it may not ask")
        self._catch_up(function, request.get("after", 0))
        decoder = self._decoder(parts, [])
        args, kwargs = decoder.decode(request["args"]), decoder.decode(request["kwargs"])
        encoder = self._encoder([])
        try:
            return {"value": encoder.encode(function(*args, **kwargs))}, encoder.parts
        except Exception as error:
            return {"error": describe_error(error)}, []


def _object_in(tree: Any) -> str:
    """The kind of the first object in a reply that is no plain data; "" if there is none, or it is an odd name."""
    if not isinstance(tree, list) or not tree:
        return ""
    if tree[0] == "handle":
        name = str(tree[2]) if len(tree) > 2 else ""
        return f"a {name}" if name in OBJECTS else "an object"
    return next((found for part in tree[1:] if isinstance(part, list) and (found := _object_in(part))), "")


def _theirs(error: Mapping[str, Any]) -> BaseException:
    """The exception that the learner's code raised, as a built-in one that says whose it is."""
    found = builtin_error(error["type"])(str(error["text"])[:2000])
    found.of_the_learner = True  # type: ignore[attr-defined]
    return found


def _clean(output: Any) -> dict[str, Any] | None:
    """One output as it may be kept: text and pictures, nothing that a browser would run."""
    kind = output["output_type"]
    if kind == "stream":
        name = "stderr" if output["name"] == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": str(output["text"])[: 2 * MOST_TEXT]}
    if kind == "error":
        lines = [str(line)[:5000] for line in output["traceback"][:100]]
        return _error(str(output["ename"])[:200], str(output["evalue"])[:2000], lines)
    if kind in ("display_data", "execute_result"):
        data = {mime: str(output["data"][mime]) for mime in KEPT_TYPES if mime in output["data"]}
        return {"output_type": kind, "data": data, "metadata": {}} if data else None
    return None


def _error(name: str, text: str, lines: list[str] | None = None) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": lines or [f"{name}: {text}"]}


# --- check cells --------------------------------------------------------------------------------------------


class Names(dict[str, Any]):
    """A check cell's names: its own, and behind them those that the learner defined."""

    def __init__(self, session: Session, learner: set[str], own: Mapping[str, Any]) -> None:
        super().__init__({name: value for name, value in own.items() if name not in learner})
        self.session, self.learner = session, learner

    def __missing__(self, name: str) -> Any:
        if name not in self.learner:
            raise KeyError(name)
        value = self.session.name(name)
        if isinstance(value, Remote):
            self[name] = value  # it is asked for by name each time that it is called
        return value


Kind = Literal["answer", "own", "setup", "locked", "visible", "check"]


@dataclass(frozen=True)
class Cell:
    """A code cell to run.

    Checks run here, all other kinds in the learner's process: answers and the learner's own cells, and of the
    instructor's the setup, the visible checks and what else is locked. What a setup cell defines, and what a locked
    cell imports, is there for the checks too.
    """

    place: int
    kind: Kind
    source: str


@dataclass
class CellResult:
    """What came of a cell: outputs as in a notebook's JSON."""

    place: int
    count: int
    outputs: list[dict[str, Any]]


class Examiner:
    """Goes through one notebook: once as its reader would, then exercise by exercise."""

    def __init__(
        self,
        session: Session,
        learner: set[str],
        settings: Settings,
        solutions: Mapping[str, str] | None = None,
    ) -> None:
        self.session, self.learner, self.settings = session, learner, settings
        self.solutions = (
            solutions or {}
        )  # the source of the instructor's answers, by the names that they define
        self.own: dict[str, Any] = {"__builtins__": builtins, "__name__": "__main__"}
        self.written: list[str] = []  # sources of the learner's cells up to the check
        self.checked: dict[str, bytes] = {}  # the files that a check saw last
        self.traces: list[str] = []  # of checks that failed for reasons of their own

    def examine(self, cells: Sequence[Cell]) -> Iterator[CellResult]:
        """Run the cells; yield what came of each until the submission's time is used up.

        First all cells but the checks, from top to bottom: this is what the notebook shows. Then, in a process of
        its own, each check right after the cells above it: no cell further down has taken a name away, no visible
        check has left one, and nothing is shown, so that what a check passes to a function can't be printed.
        """
        stopped: set[int] = set()
        for count, cell in enumerate(cells, start=1):
            if cell.kind == "check":
                continue
            if self.session.is_over():
                return
            outputs = self._run(cell)
            if any(output.get("ename") in (STOPPED, TIMED_OUT) for output in outputs):
                stopped.add(cell.place)
                self.session.has_stopped = True
            yield CellResult(cell.place, count, _numbered(outputs, count))
        if self.learner:  # else the checks look at what the cells have left, such as files
            self.session.restart()
            self.written.clear()
        last = max((place for place, cell in enumerate(cells) if cell.kind == "check"), default=-1)
        for count, cell in enumerate(cells[: last + 1], start=1):
            if self.session.is_over():
                return
            if cell.kind == "check":
                yield CellResult(cell.place, count, _numbered(self._check(cell.source), count))
            elif self.learner and cell.kind != "visible" and cell.place not in stopped:
                self.session.run(cell.source)
                if cell.kind in ("answer", "own"):
                    self.written.append(cell.source)

    def _run(self, cell: Cell) -> list[dict[str, Any]]:
        if cell.kind in ("answer", "own"):
            self.written.append(cell.source)
            if cell.kind == "own" and self.session.in_cells >= self.settings.cells:
                self.session.has_stopped = True
                return [_error(TIMED_OUT, USED_UP)]
        else:
            self._set_up(cell.source if cell.kind == "setup" else only_imports(cell.source))
        return self.session.run(cell.source)

    def _set_up(self, source: str) -> None:
        """What the instructor's own cells import or prepare is there for the checks, too."""
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            exec(program(source), self.own)

    def _check(self, source: str) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = []

        def show(text: str, data: dict[str, Any] | None = None) -> None:
            bundle = {"text/plain": text} | ({} if data is None else {checks.MIME: data})
            shown.append({"output_type": "display_data", "data": bundle, "metadata": {}})

        names = Names(self.session, self.learner, self.own)
        names["display"] = lambda *values: show("\n".join(map(repr, values)))
        printed = io.StringIO()
        with (
            self._in_work_folder(),
            checks.outside(show, self.session, self.source, self.traces),
            checks.at_home(self._reference),
            _alarm(self.settings.limit),
            _nothing_is_not_close(),
        ):
            try:
                with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
                    value = _execute(source, names)
            except BaseException as error:
                lines = [line[:5000] for line in traceback.format_exception(error)[-6:]]
                shown.append(_error(type(error).__name__, str(error)[:500], lines))
                if not getattr(error, "of_the_learner", False):
                    self.traces.append(f"A check cell did not come to its end:\n{''.join(lines)}")
                value = None
        if printed.getvalue():
            shown.insert(0, {"output_type": "stream", "name": "stdout", "text": printed.getvalue()[:20_000]})
        if value is not None:
            text = (
                repr(float(value)) if type(value) in PLAIN_RESULTS and math.isfinite(value) else "no number"
            )
            shown.append({"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {}})
        return shown

    def _reference(self, name: str) -> Callable[..., Any] | None:
        """The instructor's own function of that name, in a namespace of its own."""
        if name not in self.solutions:
            return None
        names = dict(self.own)
        exec(program(self.solutions[name]), names)
        found: Callable[..., Any] = names[name]
        return found

    @contextlib.contextmanager
    def _in_work_folder(self) -> Iterator[None]:
        """A check sees a copy of the files that the learner's code left in its folder."""
        before = Path.cwd()
        with tempfile.TemporaryDirectory(prefix="course-check-") as folder:
            with contextlib.suppress(checks.Stopped, WireError, TimeoutError, ValueError, OSError):
                files = self.session.work_files()
                if not self.learner:  # else what a check passed could be in them
                    self.checked = files
                for name, data in files.items():
                    path = (Path(folder) / name).resolve()
                    if path.is_relative_to(Path(folder).resolve()):
                        path.parent.mkdir(parents=True, exist_ok=True)
                        path.write_bytes(data)
            os.chdir(folder)
            try:
                yield
            finally:
                os.chdir(before)

    def source(self, name: str) -> str:
        """Return the source of the function or class that the learner's cells leave under that name, '' if none."""
        for cell in reversed(self.written):
            with contextlib.suppress(SyntaxError):
                without_magics = TransformerManager().transform_cell(re.sub(r"\A\s*%%.*\n", "", cell))
                found = definition(without_magics, name)
                if found is not None:
                    return found
        return ""


def _numbered(outputs: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    for output in outputs:
        if output["output_type"] == "execute_result":
            output["execution_count"] = count
    return outputs


@functools.lru_cache(maxsize=256)
def program(source: str) -> CodeType:
    """A cell of the instructor's, compiled; a warm process keeps it for the whole class (`run.learn`)."""
    return compile(source, "<cell>", "exec")


@functools.lru_cache(maxsize=256)
def check_program(source: str) -> tuple[CodeType, CodeType | None]:
    """A check cell, compiled: what it does, and its last expression if it ends with one."""
    tree = ast.parse(source)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        return compile(tree, "<check>", "exec"), None
    del tree.body[-1]
    return compile(tree, "<check>", "exec"), compile(ast.Expression(last.value), "<check>", "eval")


def _execute(source: str, names: Names) -> Any:
    """Run a cell and return the value of its last expression."""
    body, last = check_program(source)
    exec(body, names)
    return None if last is None else eval(last, names)


@contextlib.contextmanager
def _nothing_is_not_close() -> Iterator[None]:
    """`np.allclose` says yes to an empty array of shape (0, 5) whatever the five numbers are: here it raises."""
    places = [(np, "allclose"), (np, "isclose"), (np.testing, "assert_allclose")]
    places += [(torch, "allclose"), (torch, "isclose")]
    before = [getattr(module, name) for module, name in places]
    for (module, name), function in zip(places, before, strict=True):
        setattr(module, name, _between_numbers(function))
    try:
        yield
    finally:
        for (module, name), function in zip(places, before, strict=True):
            setattr(module, name, function)


def _between_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    def is_empty(value: Any) -> bool:
        return not isinstance(value, Remote) and 0 in np.shape(value)

    @functools.wraps(function)
    def compare(*args: Any, **kwargs: Any) -> Any:
        one, other = [*args, *kwargs.values()][:2]
        if is_empty(one) != is_empty(other):
            raise AssertionError("numbers are compared with none at all")
        return function(*args, **kwargs)

    return compare


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Stop a check cell that doesn't end, whatever its own limits say.

    What no handler interrupts, such as a set of numbers that collide, ends the examiner with it.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds + GRACE)
    try:
        with alarm(seconds, checks.TimeUp):
            yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
