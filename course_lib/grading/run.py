"""One submission from text to scores, in an examiner: parse, transplant, run, judge.

No gradebook and no class folder here: the same for nbgrader, the local pool and Dask.
"""

from __future__ import annotations

import functools
import json
import os
import random
import socket
import time
import traceback
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import nbformat
import numpy as np
import torch
from nbformat import NotebookNode
from nbgrader import utils

from course_lib.grading.admit import NotAdmittedError, may_keep, parse_notebook
from course_lib.grading.checks import SEED_VARIABLE, CheckResult, from_data
from course_lib.grading.examiner import Cell, Examiner, Kind, Session
from course_lib.grading.frames import Closed, WireError, receive_frame, send_frame
from course_lib.grading.names import data_functions, defined_names
from course_lib.grading.preprocessors import FailClosed, check_reports, grade_id, transplant
from course_lib.grading.task import Graded, Result, Task

KEPT_FOLDER = "packet"  # what a check saw there is kept for the instructor
STOPS = {"KernelStopped": "ended the kernel.", "CellTimeoutError": "ran too long and was stopped."}
MOST_LINES = 1000  # of output that a graded notebook keeps per cell


def grade_task(task: Task, launch: Callable[[], socket.socket]) -> Result:
    """Grade one submission in this process, an examiner; `launch` starts a learner's process.

    Whatever is wrong with the submission is told in the result.
    """
    started = time.monotonic()
    os.environ[SEED_VARIABLE] = task.secret
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    # A check may use the global dice; the warm process hands the same ones to everybody.
    dice = np.random.SeedSequence(int.from_bytes(task.secret.encode())).generate_state(3)
    random.seed(int(dice[0]))
    np.random.seed(dice[1])  # noqa: NPY002
    torch.manual_seed(int(dice[2]))
    notebooks = {}
    for name, data in task.submitted.items():
        try:
            instructor = _instructor(task.instructor[name])
            nb = transplant(instructor, parse_notebook(data, f"{name}.ipynb"))
            notebooks[name] = examine(nb, instructor, task, launch)
        except NotAdmittedError as error:
            notebooks[name] = Graded(problem=str(error))
        except Exception as error:
            traceback.print_exc()  # into the log of the warm process
            text = " ".join(str(error).split())[:200]
            problem = f"{name}.ipynb: grading failed with {type(error).__name__}: {text}"
            notebooks[name] = Graded(problem=problem)
    return Result(task.student, notebooks, round(time.monotonic() - started, 3))


@functools.lru_cache(maxsize=16)
def _instructor(text: str) -> NotebookNode:
    return nbformat.reads(text, as_version=4)


def _answers(instructor: NotebookNode) -> list[str]:
    return [cell.source for cell in instructor.cells if cell.cell_type == "code" and utils.is_solution(cell)]


def learner_names(instructor: NotebookNode) -> set[str]:
    """The names that the instructor's answer cells define: at grading they are the learner's."""
    return set().union(*map(defined_names, _answers(instructor)))


def examine(
    nb: NotebookNode, instructor: NotebookNode, task: Task, launch: Callable[[], socket.socket]
) -> Graded:
    """Run a transplanted notebook: the learner's cells in the sandbox, the check cells here; then judge it."""
    cells = []
    for place, cell in enumerate(nb.cells):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if cell.source.strip():
                cells.append(Cell(place, _kind(cell), cell.source))
    session = Session(launch, task, set().union(*map(data_functions, _answers(instructor))))
    examiner = Examiner(session, learner_names(instructor), task.settings.limit)
    try:
        for result in examiner.examine(cells):
            cell = nb.cells[result.place]
            cell.execution_count = result.count
            cell.outputs = [_output(data) for data in result.outputs]
    finally:
        session.close()
    nb.metadata["language_info"] = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    graded = judge(nb)
    graded.files = {name: data for name, data in examiner.checked.items() if is_safe(name)}
    return graded


def is_safe(name: str) -> bool:
    """Return whether a file of a learner's process may be kept: something of a packet, by a plain relative path."""
    path = PurePosixPath(name)
    plain = all(part != ".." and part.isprintable() and "\\" not in part for part in path.parts)
    here = path.parts[:1] == (KEPT_FOLDER,) and len(name.encode("utf-8", "replace")) < 200
    return plain and here and path.suffix != ".ipynb" and may_keep(name)


def _kind(cell: NotebookNode) -> Kind:
    """Whose cell it is and where it runs."""
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
    # Half a character, which a learner's code may print, fits in no file.
    text = json.dumps(nb, ensure_ascii=False).encode("utf-8", "replace").decode()
    graded = Graded(text=text, checks=checks_in(nb), notes=stops_in(nb))
    for cell in nb.cells:
        if utils.is_grade(cell):
            graded.scores[grade_id(cell)] = utils.determine_grade(cell)[0]
        if utils.is_solution(cell):
            checksum = cell.metadata.nbgrader.get("checksum")
            graded.unanswered[grade_id(cell)] = checksum == utils.compute_checksum(cell)
    return graded


def checks_in(nb: NotebookNode) -> dict[str, list[CheckResult]]:
    """The single checks that ran in a graded notebook, by exercise."""
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


def serve(sock: socket.socket, launch: Callable[[], socket.socket]) -> None:
    """Grade the submission that comes over the socket and send back what came of it."""
    task = Task.read(receive_frame(sock))
    result = grade_task(task, launch)
    try:
        send_frame(sock, *result.message())
    except Closed:
        raise
    except WireError as error:
        send_frame(sock, *Result.failed(task, f"What came of it can't be kept ({error}).").message())
