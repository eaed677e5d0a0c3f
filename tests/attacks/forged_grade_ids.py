"""Gives answer cells the ids of checks and the other way round, and ids that are paths or statements of SQL."""

from nbformat import NotebookNode

IDS = (
    "grade_double",
    "check_double",
    "grade_normalise",
    "../../../@MARK@",
    "'; drop table grade; --",
    "grade_why",
    "",
)


def notebook(nb: NotebookNode) -> NotebookNode:
    for number, cell in enumerate(nb.cells):
        about = cell.metadata.get("nbgrader")
        if about and not about["locked"]:
            about["grade_id"] = IDS[number % len(IDS)]
            if cell.cell_type == "code":
                cell.source = "6.0"
    return nb
