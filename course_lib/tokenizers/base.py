"""What every tokenizer of the course can do."""

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable


@runtime_checkable
class Tokenizer(Protocol):
    """Text to ids and back; ids are 0 .. vocab_size - 1."""

    @property
    def vocab_size(self) -> int: ...

    def encode(self, text: str) -> list[int]: ...

    def decode(self, ids: Iterable[int]) -> str: ...

    def decode_bytes(self, ids: Iterable[int]) -> bytes: ...

    def token_text(self, token: int) -> str: ...


def printable(piece: bytes) -> str:
    """Show the bytes of one token so that a person can see all of them.

    A space becomes a middle dot, a line end becomes a return arrow, bytes that are no whole character become
    \\xNN.
    """
    text = piece.decode("utf-8", errors="backslashreplace")
    return "".join(
        {" ": "·", "\n": "⏎", "\t": "⇥"}.get(c, c if c.isprintable() else repr(c)[1:-1]) for c in text
    )


def check_ids(ids: Iterable[int], vocab_size: int) -> Sequence[int]:
    """Return the ids as a list. Raises ValueError for the first one that is not in the vocabulary."""
    ids = list(ids)
    for token in ids:
        if not 0 <= token < vocab_size:
            raise ValueError(f"id {token} is not in this vocabulary; expected 0 to {vocab_size - 1}")
    return ids
