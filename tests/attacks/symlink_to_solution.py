"""Hands in a link to the instructor's solution notebook."""

from pathlib import Path


def folder(path: Path) -> None:
    (path / "lab.ipynb").unlink()
    (path / "lab.ipynb").symlink_to("@ROOT@/solutions/91-attacked/lab.ipynb")
