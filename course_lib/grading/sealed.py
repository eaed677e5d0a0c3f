"""Answers of a lent function, each sealed by its question.

What the reference asked a function goes over with the call, so that a learner's process which asks the same hears the
answers without a round trip. Together these answers are the expected result, and the learner's code can look at all
that its process holds: so each answer is locked with a key made of its question, and whoever has not come as far as
the question can't read it.
"""

from __future__ import annotations

import hashlib
import json

from course_lib.grading.frames import LENGTH, Tree

Encoded = tuple[Tree, list[bytes]]  # a value as an `Encoder` writes it: its tree and binary parts
TAG = 16  # bytes that say whether a key fits


def pack(value: Encoded) -> bytes:
    """Return an encoded value as bytes; equal values give equal bytes."""
    tree, parts = value
    pieces = [json.dumps(tree, separators=(",", ":")).encode(), *parts]
    return LENGTH.pack(len(pieces)) + b"".join(LENGTH.pack(len(piece)) + piece for piece in pieces)


def unpack(data: bytes) -> Encoded:
    """Return what `pack` made."""
    (count,), place, pieces = LENGTH.unpack_from(data), LENGTH.size, []
    for _ in range(count):
        (size,) = LENGTH.unpack_from(data, place)
        place += LENGTH.size
        pieces.append(data[place : place + size])
        place += size
    return json.loads(pieces[0]), pieces[1:]


def _locks(key: bytes, size: int) -> tuple[bytes, bytes]:
    stream = hashlib.shake_256(key).digest(TAG + size)
    return stream[:TAG], stream[TAG:]


def _mixed(data: bytes, stream: bytes) -> bytes:
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")


def seal(asked: Encoded, said: Encoded) -> bytes:
    """Return an answer that only its question opens."""
    plain = pack(said)
    tag, stream = _locks(pack(asked), len(plain))
    return tag + _mixed(plain, stream)


def unseal(asked: Encoded, sealed: bytes) -> Encoded | None:
    """Return the answer, or None if another question was asked."""
    tag, stream = _locks(pack(asked), len(sealed) - TAG)
    return unpack(_mixed(sealed[TAG:], stream)) if tag == sealed[:TAG] else None
