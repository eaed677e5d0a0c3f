"""Claims schema versions of nbgrader from minus one to the far future, and fields of another shape."""

from nbformat import NotebookNode

VERSIONS = (-1, 0, 1, 2, 99, "3", None, [3], 3.5, True)


def notebook(nb: NotebookNode) -> NotebookNode:
    for number, cell in enumerate(nb.cells):
        about = cell.metadata.get("nbgrader")
        if about:
            about.schema_version = VERSIONS[number % len(VERSIONS)]
            about.points = ("all", -4, float("nan"), [], 10**400)[number % 5]
            about.checksum = {"x": 1}
            about.cell_type = "code"
    return nb
