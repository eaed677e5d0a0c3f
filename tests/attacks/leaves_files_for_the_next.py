"""Leaves a file in every place that can be written, ends its process, and looks what the next process finds."""

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

ANSWERS = {
    "double": """
import os

PLACES = ("/", "/tmp", "/tmp/work", "/dev", "/dev/shm", "/dev/mqueue", "/etc", "/run", "/var/tmp", "/home", "/root",
    "/usr", "/opt", "/lib", os.path.expanduser("~"), ".")
found = [place for place in PLACES if os.path.exists(f"{place}/@MARK@-left")]
for place in PLACES:
    try:
        open(f"{place}/@MARK@-left", "w").write("@MARK@")
    except OSError:
        pass


def double(x):
    os._exit(0)
""",
}


def notebook(nb: NotebookNode) -> NotebookNode:
    nb.cells.append(new_code_cell("print('@MARK@'[::-1] if found else 'nothing', found)", id="last"))
    return nb
