"""Writes, renames and removes files in the course folder: labs, solutions, records, feedback, settings."""

ANSWERS = {
    "double": """
import os
from pathlib import Path

root = Path("@ROOT@")
for folder in (root, *(root / name for name in ("class", "labs", "solutions", "class/records", "class/feedback",
    "class/autograded", "class/submitted/@MARK@", "class/logs", "labs/91-attacked", "work"))):
    for name in ("@MARK@.txt", "nbgrader_config.py", "lab.ipynb"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).open("a").write("# @MARK@")
        except OSError:
            pass
for path in (root / "nbgrader_config.py", root / "class/gradebook.db", root / "class"):
    try:
        os.rename(path, str(path) + "@MARK@")
    except OSError:
        pass


def double(x):
    return 0
""",
}
