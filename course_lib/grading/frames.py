"""How the examiner and a learner's process talk: frames on a socket, and requests that may cross.

A frame is JSON with binary parts behind it. A request may be answered by another request before its reply comes:
a check passes a function, and the learner's code calls it.
"""

from __future__ import annotations

import itertools
import json
import socket
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any

from course_lib.json_size import count_values

MAX_FRAME = 64 * 2**20  # bytes
MAX_PARTS = 10_000
MAX_VALUES = 3_000_000  # of a frame's JSON: once they are read, small ones take a hundred times their room

Tree = Any  # what json.dumps takes
# Says how many seconds to wait for the other side before it is asked again; raises TimeoutError when time is up.
Wait = Callable[[], float]
BACKSTOP = 6.0  # times a limit: so much by the clock on the wall, whatever was used
HEAD = struct.Struct("<II")
LENGTH = struct.Struct("<Q")


class WireError(Exception):
    """What arrived is not a frame of this protocol, or it is too large; the other side is not to be trusted."""


class Closed(WireError):  # noqa: N818 - an end, not an error
    """The other side is gone."""


def until(deadline: float) -> Wait:
    """Return a `Wait` that ends at a moment of time.monotonic's clock."""

    def wait() -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is used up")
        return left

    return wait


def send_frame(
    sock: socket.socket, message: Tree, parts: list[bytes] | None = None, wait: Wait | None = None
) -> None:
    """Write one frame.

    Raises WireError if it is too large, Closed if nobody reads it, TimeoutError if `wait` says that time is up.
    """
    text = json.dumps(message, separators=(",", ":")).encode()
    parts = parts or []
    head = HEAD.pack(len(text), len(parts)) + b"".join(LENGTH.pack(len(part)) for part in parts)
    if len(text) + sum(map(len, parts)) > MAX_FRAME:
        raise WireError("the frame is too large")
    view = memoryview(b"".join([head, text, *parts]))
    done = 0
    while done < len(view):
        if wait is not None:
            sock.settimeout(wait())
        try:
            done += sock.send(view[done:])
        except TimeoutError:
            if wait is None:
                raise
        except ConnectionError as error:
            raise Closed("nobody reads any more") from error


def receive_frame(sock: socket.socket, wait: Wait | None = None) -> tuple[Tree, list[bytes]]:
    """Read one frame: the message and its binary parts.

    Raises Closed at the end, WireError for nonsense, TimeoutError if `wait` says that time is up, however slowly
    it drips.
    """
    length, count = HEAD.unpack(_exactly(sock, HEAD.size, wait))
    if count > MAX_PARTS:
        raise WireError("a frame has too many parts")
    sizes = [size for (size,) in LENGTH.iter_unpack(_exactly(sock, LENGTH.size * count, wait))]
    if length + sum(sizes) > MAX_FRAME:
        raise WireError("a frame is too large")
    text = _exactly(sock, length, wait)
    data, ends = _exactly(sock, sum(sizes), wait), list(itertools.accumulate(sizes, initial=0))
    parts = [data[start:end] for start, end in itertools.pairwise(ends)]
    if len(text) > MAX_VALUES and count_values(text) > MAX_VALUES:
        raise WireError("a frame holds too many values")
    try:
        return json.loads(text), parts
    except (ValueError, RecursionError) as error:
        raise WireError("a frame is not JSON") from error


def _exactly(sock: socket.socket, size: int, wait: Wait | None) -> bytes:
    data = bytearray(size)
    view = memoryview(data)
    done = 0
    while done < size:
        if wait is not None:  # also when there is always something to read
            sock.settimeout(wait())
        try:
            n = sock.recv_into(view[done:])
        except TimeoutError:
            if wait is None:
                raise
            continue
        except ConnectionError as error:
            raise Closed("the other side is gone") from error
        if n == 0:
            raise Closed("the other side is gone")
        done += n
    return bytes(data)


class Peer:
    """One end of the connection. `answer(request, parts)` serves what the other side asks meanwhile."""

    def __init__(
        self,
        sock: socket.socket,
        answer: Callable[[Mapping[str, Any], list[bytes]], tuple[Tree, list[bytes]]],
    ) -> None:
        self.sock, self.answer = sock, answer
        self.wait: Wait | None = None  # for the reply to what is asked

    def ask(self, request: dict[str, Any], parts: list[bytes]) -> tuple[Mapping[str, Any], list[bytes]]:
        """Send a request and return its reply, serving requests of the other side until it comes."""
        send_frame(self.sock, {"ask": request}, parts, self.wait)
        while True:
            message, found = receive_frame(self.sock, self.wait)
            if type(message) is not dict or len(message) != 1:
                raise WireError("a message is neither a request nor a reply")
            if type(message.get("reply")) is dict:
                return message["reply"], found
            self._serve(message, found)

    def serve(self) -> None:
        """Serve requests until the other side is gone."""
        while True:
            try:
                message, parts = receive_frame(self.sock)
            except Closed:
                return
            self._serve(message, parts)

    def _serve(self, message: Any, parts: list[bytes]) -> None:
        request = message.get("ask") if type(message) is dict else None
        if type(request) is not dict:
            raise WireError("a message is neither a request nor a reply")
        reply, found = self.answer(request, parts)
        send_frame(self.sock, {"reply": reply}, found, self.wait)
