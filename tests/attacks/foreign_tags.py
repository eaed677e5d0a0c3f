"""Tags cells skip-execution, raises-exception and remove-cell, and makes the checks Markdown or raw."""

from nbformat import NotebookNode


def notebook(nb: NotebookNode) -> NotebookNode:
    for number, cell in enumerate(nb.cells):
        cell.metadata.tags = ["skip-execution", "raises-exception", "remove-cell", "nbgrader-ignore"]
        cell.metadata.update(deletable=False, editable=True, execution={"timeout": 10**9}, init_cell=True)
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and cell.cell_type == "code":
            cell.cell_type = ("markdown", "raw")[number % 2]
            for key in ("outputs", "execution_count"):
                cell.pop(key, None)
    return nb
