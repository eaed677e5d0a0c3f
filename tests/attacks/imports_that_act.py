"""Imports a module of its own by every cell that the examiner might read imports from."""

from pathlib import Path

from nbformat import NotebookNode

MODULE = (
    "open('@ROOT@/@MARK@-import', 'w').write('@MARK@')\nopen('/tmp/@MARK@-import', 'w').write('@MARK@')\n"
)
SOURCE = "import sys\nsys.path.insert(0, '.')\nimport helper_of_mine\nfrom helper_of_mine import *\nimport antigravity"

ANSWERS = dict.fromkeys(("double", "normalise", "counter", "shout", "twice"), SOURCE)


def notebook(nb: NotebookNode) -> NotebookNode:
    for cell in nb.cells:
        if cell.id in ("demo", "setup"):
            cell.source = f"open('helper_of_mine.py', 'w').write({MODULE!r})\n{SOURCE}"
    return nb


def folder(path: Path) -> None:
    (path / "helper_of_mine.py").write_text(MODULE)
