"""Small things about files that the whole packet uses: one error, safe reading, atomic writing, hashes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError

MOST_DIGITS = 100  # of a whole number; a float holds 308
HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
PACKET_NAME = "packet.yaml"
LOCK_NAME = "packet.lock.json"


class PacketError(CourseError):
    """Something about the packet's files that stops the work; its text is one sentence for the learner."""


def assessments(name: str, *, must_exist: bool = True) -> Path:
    """The path of a file under assessments/packet/ in the project's tree."""
    path = Path(__file__).resolve().parents[2] / "assessments" / "packet" / name
    if must_exist and not path.exists():
        raise PacketError(
            f"The course file assessments/packet/{name} is missing; install the course from its own tree."
        )
    return path


def sha256(content: bytes | str) -> str:
    """The SHA-256 of bytes, or of text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same data always gives the same text, hence the same hash."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of a regular file of at most `limit` bytes; PacketError for anything else."""
    try:
        if path.is_symlink():
            raise PacketError(f"{path.name} is a symbolic link; put the file itself there.")
        if not path.exists():
            raise PacketError(f"{path.name} does not exist in the folder {path.parent.name or '.'}.")
        if not path.is_file():
            raise PacketError(f"{path.name} is not a regular file.")
        size = path.stat().st_size
        if size > limit:
            raise PacketError(f"{path.name} has {size:,} bytes; the limit is {limit:,}.")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as problem:
        raise PacketError(f"{path.name} cannot be read: {problem.strerror}.") from None
    if len(content) > limit:
        raise PacketError(f"{path.name} is larger than the limit of {limit:,} bytes.")
    return content


def read_text(path: Path, limit: int) -> str:
    """Like read_bytes, as UTF-8 text."""
    try:
        return read_bytes(path, limit).decode("utf-8")
    except UnicodeDecodeError:
        raise PacketError(f"{path.name} is not UTF-8 text; save it again as UTF-8.") from None


def inside(folder: Path, name: str) -> Path:
    """The path `folder/name`, refused if it leaves the folder or passes through a symbolic link."""
    path = folder / name
    plain = name.isprintable() and len(name) < 1000 and all(len(part) < 60 for part in Path(name).parts)
    if Path(name).is_absolute() or ".." in Path(name).parts or "\\" in name or not name or not plain:
        raise PacketError(
            f"The path {name[:60]!r} leaves the packet folder or can't be a file's; use a path such as "
            "evidence/E-TEMP.json."
        )
    for step in [path, *path.parents]:
        if step == folder:
            break
        if step.is_symlink():
            raise PacketError(f"'{name}' passes through a symbolic link; put the file itself there.")
    return path


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never half of it."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as problem:
        raise PacketError(f"{path.name} cannot be written: {problem.strerror}.") from None


def has_half_characters(value: Any) -> bool:
    """Whether a value holds half of a character that takes two (a lone surrogate): it can be written nowhere."""
    try:
        (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode()
    except UnicodeEncodeError:
        return True
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"the key '{key}' appears twice")
        result[key] = value
    return result


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number")


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:20]} is too large")
    return number


def _whole_number(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"the number {text[:20]}... has more than {MOST_DIGITS} digits")
    return int(text)


_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_number, parse_int=_whole_number
)


def parse_json(text: str, name: str) -> Any:
    """Strict JSON: duplicate keys, numbers that no float holds, and half a character (\\ud800) are errors."""
    try:
        value = _STRICT.decode(text)
        if HALF_CHARACTER.search(text) and has_half_characters(value):
            raise ValueError("it holds half a character, which no file can keep")
        return value
    except (ValueError, RecursionError) as problem:
        reason = "it is nested too deeply" if isinstance(problem, RecursionError) else str(problem)
        raise PacketError(f"{name} is not valid JSON: {reason}.") from None
