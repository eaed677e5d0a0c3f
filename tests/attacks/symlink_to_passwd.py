"""Hands in a link to /etc/passwd under the lab's name, and others beside it."""

from pathlib import Path


def folder(path: Path) -> None:
    (path / "lab.ipynb").unlink()
    (path / "lab.ipynb").symlink_to("/etc/passwd")
    (path / "shadow.txt").symlink_to("/etc/shadow")
