"""Hands in links that lead nowhere, to themselves, and to a place where a writer would create a file."""

from pathlib import Path


def folder(path: Path) -> None:
    (path / "lab.ipynb").unlink()
    (path / "lab.ipynb").symlink_to("@ROOT@/class/@MARK@-created")
    (path / "loop").symlink_to("loop")
    (path / "timestamp.txt").symlink_to("@ROOT@/class/@MARK@-timestamp")
