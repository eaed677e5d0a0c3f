"""Hands in a relative link to the notebook of another learner."""

from pathlib import Path


def folder(path: Path) -> None:
    (path / "lab.ipynb").unlink()
    (path / "lab.ipynb").symlink_to("../../a-honest/91-attacked/lab.ipynb")
