"""Hands in ten thousand files, folders nested 300 deep, and a file that claims to be 8 GB."""

import os
from pathlib import Path


def folder(path: Path) -> None:
    many = path / "many"
    many.mkdir()
    for number in range(10_000):
        (many / f"{number}.txt").touch()
    deep = path
    for _ in range(300):
        deep = deep / "d"
    os.makedirs(deep)  # noqa: PTH103
    with (path / "data.bin").open("wb") as file:
        file.truncate(8 << 30)
