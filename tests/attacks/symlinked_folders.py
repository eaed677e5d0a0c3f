"""Puts links to folders beside the lab: to the disk's root, the solutions and the class."""

from pathlib import Path

ANSWERS = {
    "double": """
import json
import os

for folder in ("disk@ROOT@/solutions/91-attacked", "answers", "class/submitted/a-honest/91-attacked"):
    try:
        text = open(os.path.join(folder, "lab.ipynb")).read()
        print("@MARK@"[::-1], text[:100])
        for cell in json.loads(text)["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution") and cell["cell_type"] == "code":
                exec("".join(cell["source"]), globals())
    except OSError:
        pass
""",
    "normalise": "",
    "counter": "",
    "shout": "",
    "twice": "",
}


def folder(path: Path) -> None:
    (path / "disk").symlink_to("/")
    (path / "answers").symlink_to("@ROOT@/solutions/91-attacked")
    (path / "class").symlink_to("@ROOT@/class")
    (path / "up").symlink_to("..")
