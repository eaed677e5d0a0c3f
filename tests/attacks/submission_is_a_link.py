"""The whole submission is a link to the folder of another learner."""

from pathlib import Path


def folder(path: Path) -> None:
    (path / "lab.ipynb").unlink()
    path.rmdir()
    path.symlink_to("@ROOT@/class/submitted/a-honest/91-attacked")
