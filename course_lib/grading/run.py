"""One submission from text to scores, without a gradebook: the same for nbgrader, the local pool and Dask.

What goes in and comes out is plain data, so that it can be done on any machine.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from course_lib.grading.admit import NotAdmittedError, parse_notebook
from course_lib.grading.checks import CheckResult
from course_lib.grading.names import defined_names
from course_lib.grading.preprocessors import FailClosed, check_reports, grade_id, transplant
from course_lib.grading.sandbox import Grader, SandboxError, shared_grader

STOPS = {"KernelStopped": "ended the kernel.", "CellTimeoutError": "ran too long and was stopped."}
MOST_LINES = 1000  # of output that a graded notebook keeps per cell


@dataclass(frozen=True)
class Settings:
    """How a submission runs."""

    limit: float = 30.0  # seconds for one cell, and for all hangs of a submission together
    total: float = 240.0  # seconds for one notebook
    trust: bool = False  # no sandbox


@dataclass(frozen=True)
class Task:
    """One submission to grade: everything that is needed for it."""

    student: str
    instructor: dict[str, str]  # notebook's name -> the instructor's notebook as text
    submitted: dict[str, bytes]
    files: dict[str, bytes]  # what lies beside the notebooks
    secret: str
    settings: Settings


@dataclass
class Graded:
    """What came of one notebook."""

    text: str = ""  # the notebook with its outputs
    scores: dict[str, float | None] = field(default_factory=dict)  # by grade_id; None: a person decides
    unanswered: dict[str, bool] = field(default_factory=dict)  # by grade_id of the learner's cells
    checks: dict[str, list[CheckResult]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)  # the packet that the check saw
    problem: str = ""  # why it could not be graded


@dataclass
class Result:
    """What came of one task."""

    student: str
    notebooks: dict[str, Graded]
    seconds: float


def grade_task(task: Task, grader: Grader | None = None) -> Result:
    """Grade one submission. Whatever is wrong with it is told in the result; only a broken sandbox raises.

    Raises SandboxError if submissions can't be run at all.
    """
    started = time.monotonic()
    grader = grader or shared_grader(task.settings.trust)
    grader.warm_up()
    notebooks = {}
    for name, data in task.submitted.items():
        try:
            learner = parse_notebook(data, f"{name}.ipynb")
            nb = transplant(_instructor(task.instructor[name]), learner)
            nb, files = run_cells(nb, task.instructor[name], task.secret, task.settings, task.files, grader)
            notebooks[name] = replace(judge(nb), files=files)
        except NotAdmittedError as error:
            notebooks[name] = Graded(problem=str(error))
        except SandboxError as error:
            notebooks[name] = Graded(problem=f"{name}.ipynb: {error}")
        except Exception as error:
            text = " ".join(str(error).split())[:200]
            notebooks[name] = Graded(
                problem=f"{name}.ipynb: grading failed with {type(error).__name__}: {text}"
            )
    return Result(task.student, notebooks, round(time.monotonic() - started, 3))


@functools.lru_cache(maxsize=16)
def _instructor(text: str) -> NotebookNode:
    return nbformat.reads(text, as_version=4)


@functools.lru_cache(maxsize=16)
def learner_names(text: str) -> tuple[str, ...]:
    """The names that the instructor's answer cells define: at grading they are the learner's."""
    cells = _instructor(text).cells
    names = (
        defined_names(cell.source) for cell in cells if cell.cell_type == "code" and utils.is_solution(cell)
    )
    return tuple(sorted(set().union(*names)))


def run_cells(
    nb: NotebookNode,
    instructor: str,
    secret: str,
    settings: Settings,
    files: Mapping[str, bytes],
    grader: Grader,
) -> tuple[NotebookNode, dict[str, bytes]]:
    """Run a transplanted notebook: the learner's cells in the sandbox, the check cells outside of it.

    Returns the notebook and the files of the learner's that are worth keeping, by safe relative paths.

    Raises SandboxError if the processes can't be started or die again and again.
    """
    cells = []
    for place, cell in enumerate(nb.cells):
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if cell.source.strip():
            cells.append({"place": place, "kind": _kind(cell), "source": cell.source})
    job = {
        "cells": cells,
        "names": learner_names(instructor),
        "seed": int.from_bytes(secret.encode()[-8:], "big"),
        "secret": secret,
        "limit": settings.limit,
        "total": settings.total,
    }
    results = grader.examine(job, files)
    for result in results["cells"]:
        cell = nb.cells[result["place"]]
        cell.execution_count = result["count"]
        cell.outputs = [_output(data) for data in result["outputs"]]
    nb.metadata["language_info"] = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    return nb, {name: data for name, data in results["files"].items() if is_safe(name)}


def is_safe(name: str) -> bool:
    """Return whether a relative path that a learner's process named may be written below a folder."""
    path = PurePosixPath(name)
    plain = all(part not in ("..", "") and part.isprintable() and "\\" not in part for part in path.parts)
    return plain and not path.is_absolute() and path.suffix != ".ipynb" and len(name) < 200


def _kind(cell: NotebookNode) -> str:
    """Whose cell it is and where it runs (see `Examiner.examine`)."""
    if utils.is_grade(cell) and not utils.is_solution(cell) and float(cell.metadata.nbgrader["points"]) > 0:
        return "check"
    if utils.is_locked(cell):
        return "setup" if grade_id(cell).startswith("setup") else "locked"
    return "learner"


def _output(data: dict[str, Any]) -> NotebookNode:
    output = nbformat.from_dict(data)
    if output.output_type == "stream":
        lines = output.text.splitlines(keepends=True)
        if len(lines) > MOST_LINES:
            output.text = "".join(lines[:MOST_LINES]) + "[the rest of the output was left out]\n"
    return output


def judge(nb: NotebookNode) -> Graded:
    """Read scores and reports off an executed notebook; points need evidence (see FailClosed)."""
    nb, _ = FailClosed().preprocess(nb, {})
    graded = Graded(text=nbformat.writes(nb), checks=checks_in(nb), notes=stops_in(nb))
    for cell in nb.cells:
        if utils.is_grade(cell):
            graded.scores[grade_id(cell)] = utils.determine_grade(cell)[0]
        if utils.is_solution(cell):
            checksum = cell.metadata.nbgrader.get("checksum")
            graded.unanswered[grade_id(cell)] = checksum == utils.compute_checksum(cell)
    return graded


def checks_in(nb: NotebookNode) -> dict[str, list[CheckResult]]:
    """The single checks that ran in a graded notebook, by exercise."""
    from course_lib.grading.checks import from_data

    found: dict[str, list[CheckResult]] = {}
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            for _, data in check_reports(cell):
                found[grade_id(cell).removeprefix("grade_")] = from_data(data)
    return found


def stops_in(nb: NotebookNode) -> list[str]:
    """One sentence for each cell that had to be stopped or that ended the kernel."""
    notes = []
    for number, cell in enumerate(nb.cells, start=1):
        errors = [o.ename for o in cell.get("outputs", []) if o.output_type == "error"]
        what = next((STOPS[name] for name in errors if name in STOPS), "")
        if what:
            notes.append(f"Cell {grade_id(cell) or f'number {number}'} {what}")
    return notes
