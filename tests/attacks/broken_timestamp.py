"""Writes a timestamp.txt that no program can read: megabytes of digits, bytes that are no text."""

from pathlib import Path


def folder(path: Path) -> None:
    (path / "timestamp.txt").write_bytes(b"\xff\xfe\x00" + b"9" * 3_000_000 + b" @MARK@ UTC")
