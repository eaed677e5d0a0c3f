"""Hides scripts in the notebook's title, language, widget state, cell metadata, tags and cell ids."""

from nbformat import NotebookNode

SCRIPT = "</title></style><script>alert(1)</script>"


def notebook(nb: NotebookNode) -> NotebookNode:
    nb.metadata.title = SCRIPT
    nb.metadata.authors = [{"name": SCRIPT}]
    nb.metadata.language_info = {"name": SCRIPT, "pygments_lexer": SCRIPT, "codemirror_mode": SCRIPT}
    nb.metadata.kernelspec.language = SCRIPT
    state = {"version_major": 2, "version_minor": 0, "state": {"x": {"model_name": SCRIPT, "state": {}}}}
    nb.metadata.widgets = {"application/vnd.jupyter.widget-state+json": state}
    for number, cell in enumerate(nb.cells):
        cell.metadata.tags = [SCRIPT, 'x" onload="alert(1)', f"{number}"]
        cell.metadata.name = SCRIPT
        cell.metadata.collapsed = SCRIPT
    return nb
