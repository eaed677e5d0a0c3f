r"""A notebook as text and back: one line before each cell, then what stands in it.

    #%%% markdown card_softmax
    ## 4. Softmax
    ...
    #%%% code solve_softmax
    def softmax(scores):
        ...
    #%%% code grade_softmax 8 points
    ...

The line says the kind and id of the cell, its tags, and in a lab the points; settings of nbgrader follow from the id
(`solve_`, `check_`, `grade_`; everything else is locked, `free` leaves a cell to the learner). Printed by
`python -m course_lib.authoring.text FILE`, notebooks are compared as text by `git diff` (`make review`).
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError
from course_lib.workspace import Workspace

MARK = "#%%% "
HEAD = re.compile(
    r"(?P<kind>markdown|code) (?P<id>[A-Za-z0-9_-]{1,64})(?P<words>( \S+)*?)( (?P<points>\d+) points?)?\s*"
)
FREE = "free"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Cell:
    """One cell as its author writes it; `points` are those of a grade cell, None elsewhere."""

    kind: str
    id: str
    source: str
    words: tuple[str, ...] = ()
    points: int | None = None


def to_text(notebook: Any) -> str:
    """Return a notebook as text. What stands in no text (outputs, other settings) is left out."""
    return "".join(f"{_head(cell)}\n{cell.source}\n" for cell in notebook.cells)


def _head(cell: Any) -> str:
    settings = cell.metadata.get("nbgrader", {})
    words = list(cell.metadata.get("tags", []))
    if _in_lab(cell.id, cell.cell_type) != "free" and not settings.get("grade_id"):
        words.append(FREE)
    points = (
        f" {settings['points']:g} points" if cell.id.startswith("grade_") and "points" in settings else ""
    )
    return MARK + " ".join([cell.cell_type, cell.id, *words]) + points


def read(text: str) -> list[Cell]:
    """Return the cells of a text.

    Raises:
        CourseError: a line that begins a cell is broken, two cells have one id, or something stands above the first.
    """
    before, *parts = re.split(rf"^{re.escape(MARK)}", text, flags=re.MULTILINE)
    if before.strip():
        raise CourseError(f"The text must begin with a line `{MARK}markdown ID` or `{MARK}code ID`.")
    cells = []
    for part in parts:
        line, _, source = part.partition("\n")
        found = HEAD.fullmatch(line)
        if found is None:
            raise CourseError(
                f"Cannot read `{MARK}{line.strip()}`: expected `{MARK}code|markdown ID [tags] [N points]`."
            )
        points = int(found["points"]) if found["points"] else None
        cells.append(
            Cell(found["kind"], found["id"], source.rstrip("\n"), tuple(found["words"].split()), points)
        )
    ids = [cell.id for cell in cells]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise CourseError(f"Each cell needs an id of its own; twice: {', '.join(twice)}.")
    return cells


def to_notebook(text: str, lab: bool, before: Any = None) -> Any:
    """Return the notebook that a text describes.

    Args:
        lab: whether nbgrader's settings are wanted.
        before: the notebook as it was: code cells that did not change keep their outputs, everything its metadata.

    Raises:
        CourseError: the text is broken (see `read`), or a grade cell has no points.
    """
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    old = {cell.id: cell for cell in before.cells} if before is not None else {}
    cells = []
    for cell in read(text):
        made = (new_code_cell if cell.kind == "code" else new_markdown_cell)(cell.source, id=cell.id)
        same = old.get(cell.id)
        if same is not None and same.cell_type == made.cell_type == "code" and same.source == made.source:
            made.outputs, made.execution_count = same.outputs, same.execution_count
        settings = _settings(cell) if lab else None
        if settings:
            made.metadata["nbgrader"] = settings
        tags = [word for word in cell.words if word != FREE]
        if tags:
            made.metadata["tags"] = tags
        cells.append(made)
    metadata = dict(before.metadata) if before is not None else METADATA
    return new_notebook(cells=cells, metadata=metadata, nbformat_minor=5)


def _in_lab(id: str, kind: str) -> str:
    """What nbgrader does with a cell of this id: solve, check, grade, written, locked, or free."""
    begins = id.partition("_")[0]
    if begins == "grade":
        return "grade" if kind == "code" else "written"
    if begins in ("solve", "check"):
        return begins
    return "free" if begins == "try" or id == "overview" else "locked"


def _settings(cell: Cell) -> dict[str, Any] | None:
    role = "free" if FREE in cell.words else _in_lab(cell.id, cell.kind)
    if role == "free":
        return None
    graded = role in ("grade", "check", "written")
    settings: dict[str, Any] = {
        "grade": graded,
        "grade_id": cell.id,
        "locked": role not in ("solve", "written"),
        "schema_version": 3,
        "solution": role in ("solve", "written"),
        "task": False,
    }
    if graded:
        if role != "check" and cell.points is None:
            raise CourseError(f"`{cell.id}` needs its points: `{MARK}{cell.kind} {cell.id} 8 points`.")
        settings["points"] = cell.points or 0
    return settings


def as_file(notebook: Any) -> str:
    """Return what is written into the .ipynb file: one form for all, so that only what changed differs."""
    import nbformat

    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def sources(workspace: Workspace, number: str) -> dict[str, Path]:
    """Return the notebooks that are written by hand for a lesson, by the name of their text.

    Raises:
        CourseError: there is no such lesson.
    """
    wanted = number.zfill(2) if number.isdigit() else number
    found = {f"{path.name[:2]}-lesson.txt": path for path in workspace.lessons.glob(f"{wanted}-*.ipynb")}
    found |= {
        f"{path.parent.name[:2]}-{path.stem}.txt": path
        for path in workspace.solutions.glob(f"{wanted}-*/*.ipynb")
    }
    if not found:
        raise CourseError(f"There is no lesson {number!r}.")
    return found


def lesson_texts(workspace: Workspace, number: str, folder: Path) -> list[Path]:
    """Write the notebooks of a lesson as texts into `folder` and return these.

    Raises:
        CourseError: there is no such lesson, or a text there differs from its notebook: it may hold unsaved work.
    """
    import nbformat

    texts = {
        folder / name: to_text(nbformat.read(path, as_version=4))
        for name, path in sources(workspace, number).items()
    }
    for path, content in texts.items():
        if path.is_file() and path.read_text(encoding="utf-8") != content:
            raise CourseError(
                f"{path} differs from its notebook: make notebooks of it (--back), or delete it."
            )
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in texts.items():
        path.write_text(content, encoding="utf-8")
    return list(texts)


def make_notebooks(workspace: Workspace, number: str, folder: Path) -> list[Path]:
    """Make a lesson's notebooks of their texts in `folder` and return those that changed.

    Raises:
        CourseError: no such lesson, a text is missing or broken; then no notebook is changed.
    """
    import nbformat

    made = {}
    for name, path in sources(workspace, number).items():
        text = folder / name
        if not text.is_file():
            raise CourseError(f"There is no {text}: `course text {number}` writes it.")
        try:
            notebook = to_notebook(
                text.read_text(encoding="utf-8"),
                path.is_relative_to(workspace.solutions),
                nbformat.read(path, as_version=4),
            )
        except CourseError as error:
            raise CourseError(f"{text.name}: {error}") from error
        made[path] = as_file(notebook)
    changed = [path for path, content in made.items() if content != path.read_text(encoding="utf-8")]
    for path in changed:
        path.write_text(made[path], encoding="utf-8")
    return changed


if __name__ == "__main__":
    import nbformat

    print(to_text(nbformat.read(Path(sys.argv[1]), as_version=4)), end="")
