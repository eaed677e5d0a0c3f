"""Token files: more ids than fit into memory, in one file that is mapped and read where a batch needs it.

A file begins with 4096 bytes of JSON and spaces (format, dtype, count, vocabulary, tokenizer); the ids follow
as little-endian numbers of 2 or 4 bytes.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

FORMAT = "course-lib tokens 1"
HEADER_BYTES = 4096
CHUNK = 2**16  # ids held in memory while writing
DTYPES: dict[str, np.dtype[Any]] = {"uint16": np.dtype("<u2"), "uint32": np.dtype("<u4")}


class TokenFileError(ValueError):
    """A token file is missing, cut short, or something else; the message is one line."""


@dataclass(frozen=True)
class Header:
    """What a file says about its ids."""

    format: str
    dtype: str  # "uint16" up to a vocabulary of 65 536, else "uint32"
    count: int
    vocab_size: int
    tokenizer: str  # fingerprint of the tokenizer that made the ids


def write_tokens(path: str | Path, ids: Iterable[int], vocab_size: int, tokenizer: str) -> Header:
    """Write `ids` as they come, a chunk at a time, and return the header.

    `tokenizer` is the fingerprint of the tokenizer. The file gets its name when it is complete: a reader sees
    all of it or none. Raises ValueError for an id outside 0 .. vocab_size - 1, with its place, and for a
    vocabulary that 4 bytes cannot number.
    """
    if not 1 <= vocab_size <= 2**32:
        raise ValueError(f"vocab_size={vocab_size}; expected 1 to {2**32}")
    path = Path(path)
    kind = "uint16" if vocab_size <= 2**16 else "uint32"
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    count = 0
    source = iter(ids)
    try:
        with temporary.open("wb") as file:
            file.write(b" " * HEADER_BYTES)
            while chunk := list(islice(source, CHUNK)):
                numbers = np.array(chunk)
                whole = numbers.dtype.kind in "iu"
                if not whole or numbers.min() < 0 or numbers.max() >= vocab_size:
                    place = next(i for i, token in enumerate(chunk) if not _is_id(token, vocab_size))
                    raise ValueError(
                        f"ids has {chunk[place]!r} at place {count + place}; expected 0 to {vocab_size - 1}"
                    )
                file.write(numbers.astype(DTYPES[kind]).tobytes())
                count += len(chunk)
            header = Header(FORMAT, kind, count, vocab_size, tokenizer)
            text = json.dumps(asdict(header)).encode()
            if len(text) >= HEADER_BYTES:
                raise ValueError(f"tokenizer has {len(tokenizer)} characters; expected a fingerprint")
            file.seek(0)
            file.write(text.ljust(HEADER_BYTES - 1) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return header


def _is_id(token: object, vocab_size: int) -> bool:
    return isinstance(token, Integral) and 0 <= int(token) < vocab_size


class TokenFile:
    """A file that `write_tokens` wrote, mapped into memory: only what is asked for is read.

    `tokenizer`, where given, is the fingerprint that the file must have been made with. Raises TokenFileError
    with one line if the file is missing, cut short, longer than it says, of another tokenizer, or none.
    """

    def __init__(self, path: str | Path, tokenizer: str | None = None) -> None:
        self.path = Path(path)
        self.header = _read_header(self.path)
        dtype = DTYPES[self.header.dtype]
        expected = HEADER_BYTES + self.header.count * dtype.itemsize
        found = self.path.stat().st_size
        if found != expected:
            word = "is cut short" if found < expected else "has more than it says"
            raise TokenFileError(f"{self.path} {word}: {found} bytes; expected {expected}")
        if tokenizer is not None and tokenizer != self.header.tokenizer:
            raise TokenFileError(
                f"{self.path} was made by the tokenizer {self.header.tokenizer[:12]}; expected {tokenizer[:12]}"
            )
        shape = (self.header.count,)
        self._ids = (
            np.memmap(self.path, dtype, mode="r", offset=HEADER_BYTES, shape=shape)
            if self.header.count
            else np.zeros(shape, dtype)  # nothing cannot be mapped
        )

    def __len__(self) -> int:
        return self.header.count

    def ids(self, start: int, end: int) -> Int[Tensor, " time"]:
        """Return the ids from `start` up to, not including, `end`. IndexError outside of the file."""
        if not 0 <= start <= end <= len(self):
            raise IndexError(f"start={start}, end={end}; expected 0 <= start <= end <= {len(self)}")
        return torch.from_numpy(self._ids[start:end].astype(np.int64))

    def batch(
        self,
        batch_size: int,
        time: int,
        generator: torch.Generator,
        device: torch.device | str = "cpu",
    ) -> tuple[Int[Tensor, "batch time"], Int[Tensor, "batch time"]]:
        """Draw `batch_size` stretches of `time` ids, every start equally likely, and the ids that follow each.

        The second tensor is the first moved on by one: the targets. The same generator state gives the same
        batch. Raises ValueError for a batch_size or time below 1, or if the file has no `time` + 1 ids.
        """
        for name, value in (("batch_size", batch_size), ("time", time)):
            if value < 1:
                raise ValueError(f"{name}={value}; expected at least 1")
        if len(self) <= time:
            raise ValueError(
                f"time={time}, but {self.path} has {len(self)} ids; expected at least {time + 1}"
            )
        starts = torch.randint(len(self) - time, (batch_size,), generator=generator).tolist()
        rows = torch.stack([self.ids(start, start + time + 1) for start in starts]).to(device)  # (B, T + 1)
        return rows[:, :-1], rows[:, 1:]


def _read_header(path: Path) -> Header:
    try:
        with path.open("rb") as file:
            text = file.read(HEADER_BYTES)
        record: dict[str, Any] = json.loads(text)
        header = Header(**record)
        numbers = (header.count, header.vocab_size)
        if header.format != FORMAT or header.dtype not in DTYPES or not isinstance(header.tokenizer, str):
            raise ValueError(f"format {header.format!r}, dtype {header.dtype!r}")
        if not all(isinstance(number, int) and number >= 0 for number in numbers):
            raise ValueError(f"count {header.count!r}, vocab_size {header.vocab_size!r}")
    except OSError as error:
        raise TokenFileError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise TokenFileError(f"{path} is no token file of this course ({reason})") from None
    return header
