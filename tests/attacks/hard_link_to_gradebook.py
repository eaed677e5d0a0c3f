"""Puts hard links to the gradebook and to a neighbour's notebook beside the lab and writes through them."""

import os
from pathlib import Path

ANSWERS = {
    "double": """
for name in ("notes.txt", "data.txt"):
    try:
        with open(name, "r+b") as file:
            file.write(b"@MARK@")
    except OSError:
        pass


def double(x):
    return 0
""",
}


def folder(path: Path) -> None:
    os.link("@ROOT@/class/gradebook.db", path / "notes.txt")
    os.link("@ROOT@/class/submitted/a-honest/91-attacked/lab.ipynb", path / "data.txt")
