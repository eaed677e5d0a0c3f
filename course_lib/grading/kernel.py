"""Inside the sandbox: run a learner's cells and answer questions about what they defined.

Nothing here is trusted: the learner's code runs in the same process and may change all of it. What it can gain
by that is another answer, never a mark; marks are made in `examiner.py`, in another process.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import itertools
import operator
import os
import random
import socket
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course_lib import clock
from course_lib.grading.calls import describe_error, perform
from course_lib.grading.frames import Peer, Tree
from course_lib.grading.sealed import unseal
from course_lib.grading.wire import MUTABLE, Decoder, Encoder

HOME = Path("/tmp/work")
KEPT_TYPES = ("text/plain", "image/png", "image/jpeg")
MOST_TEXT = 200_000  # characters of output of one cell
MOST_FILES, MOST_BYTES = 500, 32 * 2**20
OPERATIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(operator, name) for name in operator.__all__ if not name.startswith(("i", "_"))},
    **{
        f.__name__: f for f in (getattr, setattr, delattr, iter, next, len, float, int, complex, str, hasattr)
    },
    "enter": lambda manager: manager.__enter__(),
    "leave": lambda manager: manager.__exit__(None, None, None),
}


class Output:
    """The outputs of the running cell, in order and bounded."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.room = MOST_TEXT

    def _fit(self, text: str) -> str:
        kept = text[: self.room]
        self.room -= len(kept)
        return kept

    def write(self, name: str, text: str) -> None:
        if self.room <= 0 or not text:
            return
        text = self._fit(text)
        if self.room <= 0:
            text += "\n[the rest of the output was left out]\n"
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.items.append({"output_type": "stream", "name": name, "text": text})

    def show(self, kind: str, data: Mapping[str, Any]) -> None:
        kept = {mime: str(value) for mime, value in data.items() if mime in KEPT_TYPES}
        if "text/plain" in kept:
            kept["text/plain"] = self._fit(kept["text/plain"])
        if kept and self.room > 0:
            self.room -= sum(len(value) // 16 for mime, value in kept.items() if mime != "text/plain")
            self.items.append({"output_type": kind, "data": kept, "metadata": {}})

    def error(self, name: str, text: str, traceback: list[str]) -> None:
        lines = [self._fit(line) for line in traceback]
        self.items.append({"output_type": "error", "ename": name, "evalue": text[:2000], "traceback": lines})


OUTPUT = Output()


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a cell."""

    def __init__(self, name: str) -> None:
        self.name = name

    def write(self, text: str) -> int:
        OUTPUT.write(self.name, str(text))
        return len(text)

    def isatty(self) -> bool:
        return False


class Hook(DisplayHook):
    """A cell's last value becomes its result."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Mapping[str, Any], md_dict: Any = None) -> None:
        OUTPUT.show("execute_result", format_dict)


class Publisher(DisplayPublisher):
    """`display(...)` goes into the outputs."""

    def publish(self, data: Any, *arguments: Any, **options: Any) -> None:
        OUTPUT.show("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        OUTPUT.clear()


class Shell(InteractiveShell):
    """IPython, so that magics, `display` and top-level `await` work as in Jupyter."""

    def enable_gui(self, gui: Any = None) -> None:
        pass

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        try:
            text = str(evalue)
        except Exception:
            text = "(its message could not be written)"
        OUTPUT.error(getattr(etype, "__name__", "Error"), text, [str(line) for line in stb])


def make_shell() -> Shell:
    """Start IPython without threads, history or colours."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.display_page = True
    shell = Shell.instance(config=config, displayhook_class=Hook, display_pub_class=Publisher)
    with contextlib.redirect_stdout(Stream("stdout")):
        shell.run_cell(
            "0\n1 / 0"
        )  # what IPython imports for its first result and error is there before the fork
    shell.reset()
    OUTPUT.clear()
    return shell


class Agent:
    """Serves the examiner: runs cells, calls what the learner defined, keeps what cannot cross."""

    def __init__(self, sock: socket.socket, shell: Shell) -> None:
        self.shell = shell
        self.peer = Peer(sock, self.answer)
        self.ids = itertools.count(1)
        self.kept: dict[int, Any] = {}
        self.served: dict[int, int] = {}  # how many questions to a function were answered from its script
        self.graphs: dict[int, tuple[torch.Tensor, list[torch.Tensor]]] = {}

    def answer(self, request: Mapping[str, Any], parts: list[bytes]) -> tuple[Tree, list[bytes]]:
        for id in request.get("drop", ()):
            self.kept.pop(id, None)
            self.graphs.pop(id, None)
        reply: tuple[Tree, list[bytes]] = getattr(self, f"_{request['what']}")(request, parts)
        return reply

    # --- values ---

    def _encoder(self, leaves: list[torch.Tensor]) -> Encoder:
        def keep(value: Any) -> Tree:
            id = next(self.ids)
            self.kept[id] = value
            return ["handle", id, type(value).__name__, callable(value)]

        def mark(tensor: torch.Tensor) -> Tree:
            if not tensor.requires_grad:
                return None
            if tensor.is_leaf:
                return {"leaf": None if tensor.grad is None else encoder.encode(tensor.grad)}
            id = next(self.ids)
            self.graphs[id] = (tensor, leaves)
            return {"graph": id}

        encoder = Encoder(keep, mark)
        return encoder

    def _decoder(self, parts: list[bytes], leaves: list[torch.Tensor]) -> Decoder:
        def stand_in(tree: list[Any]) -> Any:
            kind, value, *_ = tree
            if kind == "kept":
                return self.kept[value]
            if kind == "name":
                return self.shell.user_ns[value]
            if kind == "operation":
                return OPERATIONS[value]
            if kind == "library":
                module, _, name = value.rpartition(".")
                return getattr(importlib.import_module(module), name)
            return self._callback(value, tree[2] if len(tree) > 2 else [], decoder)

        def gradient(tensor: torch.Tensor, mark: Any) -> torch.Tensor:
            if mark is None:
                return tensor
            leaf = tensor.requires_grad_()
            leaves.append(leaf)
            if mark.get("leaf") is not None:
                leaf.grad = decoder.decode(mark["leaf"])
            return leaf if "leaf" in mark else leaf.view_as(leaf)

        decoder = Decoder(parts, stand_in, gradient)
        return decoder

    def _callback(self, id: int, script: list[Tree], decoder: Decoder) -> Callable[..., Any]:
        """A function of the examiner's, as the learner's code sees it.

        While it is asked what the script expects, it answers from there; the rest the examiner answers.
        """
        lines: list[bytes] = [decoder.decode(line) for line in script]
        self.served[id] = 0

        def call(*args: Any, **kwargs: Any) -> Any:
            place = self.served[id]
            if place < len(lines) and not kwargs:
                asked = Encoder(lambda value: ["object"])
                said = unseal((asked.encode(list(args)), asked.parts), lines[place])
                if said is not None:
                    self.served[id] += 1
                    return self._decoder(said[1], []).decode(said[0])
            lines.clear()
            encoder = self._encoder([])
            request = {
                "what": "callback",
                "id": id,
                "after": place,
                "args": encoder.encode(args),
                "kwargs": encoder.encode(kwargs),
            }
            reply, parts = self.peer.ask(request, encoder.parts)
            if "error" in reply:
                raise builtin_error(reply["error"]["type"])(reply["error"]["text"])
            return self._decoder(parts, []).decode(reply["value"])

        return call

    # --- what the examiner asks ---

    def _start(self, request: Mapping[str, Any], parts: list[bytes]) -> tuple[Tree, list[bytes]]:
        clock.start_at(datetime.fromisoformat(request["now"]) if request["now"] else None)
        seed = request["seed"]
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002 - the learner's code may use the global generator
        torch.default_generator.manual_seed(seed)  # torch.manual_seed looks for devices: 20 ms
        HOME.mkdir(parents=True, exist_ok=True)
        os.chdir(HOME)
        sys.path.append(str(HOME))  # last: a torch.py beside the notebook does not stand in for torch
        for name, part in request["files"]:
            path = HOME / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(parts[part])
        return {}, []

    def _run(self, request: Mapping[str, Any], parts: list[bytes]) -> tuple[Tree, list[bytes]]:
        OUTPUT.clear()
        with contextlib.redirect_stdout(Stream("stdout")), contextlib.redirect_stderr(Stream("stderr")):
            self.shell.run_cell(request["code"], store_history=True)
        return {"outputs": OUTPUT.items}, []

    def _name(self, request: Mapping[str, Any], parts: list[bytes]) -> tuple[Tree, list[bytes]]:
        if request["name"] not in self.shell.user_ns:
            return {"missing": True}, []
        encoder = self._encoder([])
        return {"value": encoder.encode(self.shell.user_ns[request["name"]])}, encoder.parts

    def _call(self, request: Mapping[str, Any], parts: list[bytes]) -> tuple[Tree, list[bytes]]:
        leaves: list[torch.Tensor] = []
        decoder = self._decoder(parts, leaves)
        printed = io.StringIO()
        reply: dict[str, Any] = {}
        encoder = self._encoder(leaves)
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        before: list[Tree] = []
        try:
            # Gradients are on for each call, whatever a cell of the learner's own has switched for all of torch.
            with contextlib.redirect_stdout(printed), torch.enable_grad():
                args, kwargs = decoder.decode(request["args"]), decoder.decode(request["kwargs"])
                before = [_with_dice(value) for value in (*args, *kwargs.values())]
                target = decoder.decode(request["target"])
                values = [target(*args, **kwargs) for _ in range(request["times"])]
            reply["values"] = [encoder.encode(value) for value in values]
        except BaseException as error:
            reply["error"] = describe_error(error)
        after = zip((*args, *kwargs.values()), before, strict=False)
        reply["changed"] = [
            [place, encoder.encode(value)]
            for place, (value, was) in enumerate(after)
            if was is not None and _with_dice(value) != was
        ]
        reply["printed"] = printed.getvalue()[:MOST_TEXT]
        return reply, encoder.parts

    def _calls(self, request: Mapping[str, Any], parts: list[bytes]) -> tuple[Tree, list[bytes]]:
        """Many calls at once; what they return stays here unless it is plain data."""
        encoder = Encoder(lambda value: ["handle", 0, type(value).__name__, callable(value)])
        self.served.clear()
        try:
            target = self.shell.user_ns[request["name"]]
        except KeyError:
            return {"missing": True}, []
        found = perform(target, request["calls"], lambda leaves: self._decoder(parts, leaves), encoder)
        return {"outcomes": found, "served": list(self.served.items())}, encoder.parts

    def _backward(self, request: Mapping[str, Any], parts: list[bytes]) -> tuple[Tree, list[bytes]]:
        output, leaves = self.graphs[request["graph"]]
        encoder = self._encoder([])
        try:
            kept = [leaf.grad for leaf in leaves]
            for leaf in leaves:
                leaf.grad = None
            gradient = self._decoder(parts, []).decode(request["gradient"])
            torch.autograd.backward([output], [gradient], retain_graph=True)
            found = [leaf.grad for leaf in leaves]
            for leaf, grad in zip(leaves, kept, strict=True):
                leaf.grad = grad
            return {"gradients": encoder.encode(found)}, encoder.parts
        except BaseException as error:
            return {"error": describe_error(error)}, []

    def _files(self, request: Mapping[str, Any], parts: list[bytes]) -> tuple[Tree, list[bytes]]:
        found, data, size = [], [], 0
        for path in sorted(HOME.rglob("*"))[:MOST_FILES]:
            if path.is_symlink() or not path.is_file():
                continue
            size += path.stat().st_size
            if size > MOST_BYTES:
                break
            found.append(str(path.relative_to(HOME)))
            data.append(path.read_bytes())
        return {"files": found}, data


def _with_dice(value: Any) -> Tree | None:
    """What a changeable argument holds now, for comparing; None for what cannot change."""
    if not isinstance(value, MUTABLE):
        return None

    def mark(tensor: torch.Tensor) -> Tree:
        return [tensor.requires_grad, encoder.encode(tensor.grad) if tensor.is_leaf else None]

    encoder = Encoder(lambda other: ["object", id(other)], mark)
    return [encoder.encode(value), encoder.parts]


def builtin_error(name: str) -> type[BaseException]:
    """The built-in exception class of that name; Exception for anything else."""
    kind = getattr(__import__("builtins"), str(name), Exception)
    return kind if isinstance(kind, type) and issubclass(kind, BaseException) else Exception


def serve(sock: socket.socket, shell: Shell) -> None:
    """Serve one examiner until it is gone."""
    Agent(sock, shell).peer.serve()
