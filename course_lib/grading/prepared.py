"""What grading needs of the instructor's notebook, worked out once for a whole class."""

from __future__ import annotations

import functools
import json
from dataclasses import asdict, dataclass

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests, ClearOutput, ClearSolutions, ComputeChecksums, LockCells

from course_lib.grading.names import data_functions, defined_names, used_names


@dataclass(frozen=True)
class Prepared:
    """An instructor's notebook as it waits for a learner's answers."""

    view: NotebookNode  # stubs for solutions, hidden checks, checksums
    released: list[str]  # the source of each cell as learners got it
    names: list[str]  # what the answer cells define and checks ask for: at grading it is the learner's
    # Functions that return plain data by their annotation, and whether that may be None.
    gives_data: dict[str, bool]
    solutions: dict[str, str]  # the instructor's answers: the cell's source by the names that it defines

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    @functools.lru_cache(maxsize=16)
    def read(cls, text: str) -> Prepared:
        """Return what `text` made; nobody changes it."""
        fields = json.loads(text)
        fields["view"] = nbformat.from_dict(fields["view"])
        return cls(**fields)


def prepare(instructor: NotebookNode) -> Prepared:
    """Return what grading needs of the instructor's notebook; it stays as it is."""
    answers = [c.source for c in instructor.cells if c.cell_type == "code" and utils.is_solution(c)]
    view = nbformat.from_dict(instructor)
    for step in (LockCells, ClearSolutions, ClearOutput, ComputeChecksums):
        view, _ = step().preprocess(view, {})
    released, _ = ClearHiddenTests().preprocess(nbformat.from_dict(view), {})
    names: set[str] = set().union(*map(defined_names, answers))
    gives_data = {name: none for source in answers for name, none in data_functions(source).items()}
    checks = [
        c.source
        for c in view.cells
        if c.cell_type == "code" and utils.is_grade(c) and c.metadata.nbgrader.points
    ]
    solutions = {name: source for source in answers for name in defined_names(source) if name in names}
    names &= set().union(*map(used_names, checks))
    return Prepared(
        view, [cell.source.strip() for cell in released.cells], sorted(names), gives_data, solutions
    )
