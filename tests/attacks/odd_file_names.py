"""Hands in files with names that shells, logs and pages read wrongly: line breaks, dashes, tags, bytes, 255 letters."""

import os
from pathlib import Path


def folder(path: Path) -> None:
    for name in (
        b"-rf",
        b"--help",
        b"a\nb.py",
        b"<img src=x onerror=alert(1)>.py",
        b"$(touch @MARK@)",
        b"\xff\xfe.csv",
        b"x" * 255,
        b"..ipynb",
        b"\xe2\x80\xae.ipynb",
        b".ipynb",
        b"* .ipynb",
    ):
        with open(os.path.join(os.fsencode(path), name), "w") as file:  # noqa: PTH118, PTH123
            file.write("print('@MARK@'[::-1])")
