"""The bank of right and wrong answers, and putting answers into a notebook as if a learner had typed them.

An answer is a small file in `tests/answers/NN-slug/{right,wrong}/<exercise>/`. Its docstring tells its story
(a wrong one's names the misconception); a wrong one starts with a line `# caught by: <check>` that names the
check meant for it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.errors import CourseError

CAUGHT_BY = "# caught by:"


@dataclass(frozen=True)
class Answer:
    """One answer to one exercise; `source` is what goes into the cell, without header and story."""

    exercise: str
    name: str
    right: bool
    story: str
    source: str
    caught_by: str = ""


def load_bank(directory: Path) -> list[Answer]:
    """Read all answers under `directory`, which holds right/ and wrong/, in a stable order.

    Raises:
        CourseError: for a file that is no Python or has no docstring, or a wrong answer that names no check.
    """
    bank = []
    for path in sorted(directory.glob("*/*/*.py")):
        kind, exercise = path.parts[-3:-1]
        text = path.read_text(encoding="utf-8")
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            raise CourseError(f"{path}, line {error.lineno}: {error.msg}") from error
        story = ast.get_docstring(tree)
        header = text.splitlines()[0]
        caught_by = header.removeprefix(CAUGHT_BY).strip() if header.startswith(CAUGHT_BY) else ""
        if not story:
            raise CourseError(f"{path} begins with a docstring that tells its story: it is missing.")
        if kind == "wrong" and not caught_by:
            raise CourseError(
                f"{path}: the first line must be '{CAUGHT_BY} <idea>', the idea that catches it."
            )
        end = tree.body[0].end_lineno or 0
        source = "\n".join(text.splitlines()[end:]).strip()
        bank.append(Answer(exercise, path.stem, kind == "right", story, source, caught_by))
    return bank


def build_submission(notebook: Path | NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    """A copy of a lab's notebook with `answers` (exercise -> source) typed into its answer cells.

    Args:
        notebook: the released lab, or the solution for "all else is right".
        answers: for each exercise the text of its cell `solve_<exercise>`, or `grade_<exercise>` if prose.

    Raises:
        KeyError: for an exercise that the notebook does not have.
    """
    nb = nbformat.read(notebook, as_version=4) if isinstance(notebook, Path) else nbformat.from_dict(notebook)
    cells = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in nb.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for exercise, source in answers.items():
        cell = cells.get(f"solve_{exercise}") or cells.get(f"grade_{exercise}")
        if cell is None:
            raise KeyError(f"the notebook has no answer cell for {exercise!r}")
        cell.source = source
    return nb
