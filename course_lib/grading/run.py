"""One submission from text to scores, in an examiner: parse, transplant, run, judge.

No gradebook and no class folder here: the same for nbgrader, the local pool and Dask.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import time
import traceback
from pathlib import PurePosixPath
from typing import Any

import nbformat
import numpy as np
import torch
from nbformat import NotebookNode
from nbgrader import utils

from course_lib import clock
from course_lib.grading import checks
from course_lib.grading.admit import NotAdmittedError, may_keep, parse_notebook
from course_lib.grading.checks import SEED_VARIABLE, CheckResult, from_data
from course_lib.grading.examiner import Cell, Examiner, Kind, Processes, Session, check_program, program
from course_lib.grading.frames import Closed, WireError, receive_frame, send_frame
from course_lib.grading.names import only_imports
from course_lib.grading.prepared import Prepared
from course_lib.grading.preprocessors import FailClosed, check_reports, grade_id, transplant
from course_lib.grading.task import Graded, Result, Task

KEPT_FOLDER = "packet"  # what a check saw there is kept for the instructor
STOPS = {"KernelStopped": "ended the kernel.", "CellTimeoutError": "ran too long and was stopped."}
MOST_LINES = 1000  # of output that a graded notebook keeps per cell


def learn(text: str) -> None:
    """Read and compile the instructor's cells, once for all submissions: in the process that examiners are forked from.

    What is wrong with a cell comes to light where it runs.
    """
    prepared = Prepared.read(text)
    for cell in prepared.view.cells:
        with contextlib.suppress(Exception):
            kind = _kind(cell) if cell.cell_type == "code" else "own"
            if kind == "check":
                check_program(cell.source)
            elif kind == "setup":
                program(cell.source)
            elif kind in ("locked", "visible"):
                program(only_imports(cell.source))
    for source in prepared.solutions.values():
        with contextlib.suppress(Exception):
            program(source)


def grade_task(task: Task, processes: Processes) -> Result:
    """Grade one submission in this process, an examiner; `processes` are the learner's.

    Whatever is wrong with the submission is told in the result.
    """
    started = time.monotonic()
    os.environ[SEED_VARIABLE] = task.secret
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    clock.start_at(task.moment)
    # A check may use the global dice; the warm process hands the same ones to everybody.
    dice = np.random.SeedSequence(int.from_bytes(task.secret.encode())).generate_state(3)
    random.seed(int(dice[0]))
    np.random.seed(dice[1])  # noqa: NPY002
    torch.default_generator.manual_seed(int(dice[2]))  # torch.manual_seed looks for devices
    notebooks = {}
    for name, data in task.submitted.items():
        try:
            prepared = Prepared.read(task.instructor[name])
            nb = transplant(prepared, parse_notebook(data, f"{name}.ipynb"))
            notebooks[name] = examine(nb, prepared, task, processes)
        except NotAdmittedError as error:
            notebooks[name] = Graded(problem=str(error))
        except Exception as error:
            traceback.print_exc()  # into the log of the warm process
            text = " ".join(str(error).split())[:200]
            problem = f"{name}.ipynb: grading failed with {type(error).__name__}: {text}"
            notebooks[name] = Graded(problem=problem)
    return Result(task.student, notebooks, round(time.monotonic() - started, 3))


def examine(nb: NotebookNode, prepared: Prepared, task: Task, processes: Processes) -> Graded:
    """Run a transplanted notebook: the learner's cells in the sandbox, the check cells here; then judge it."""
    cells = []
    for place, cell in enumerate(nb.cells):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if cell.source.strip():
                cells.append(Cell(place, _kind(cell), cell.source))
    session = Session(processes, task, prepared.gives_data)
    examiner = Examiner(session, set(prepared.names), task.settings, prepared.solutions)
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
    graded.traces = examiner.traces[: checks.MOST_TRACES]
    return graded


def is_safe(name: str) -> bool:
    """Return whether a file of a learner's process may be kept: something of a packet, by a plain relative path."""
    path = PurePosixPath(name)
    plain = all(part != ".." and part.isprintable() and "\\" not in part for part in path.parts)
    here = path.parts[:1] == (KEPT_FOLDER,) and len(name.encode("utf-8", "replace")) < 200
    return plain and here and path.suffix != ".ipynb" and may_keep(name)


def _kind(cell: NotebookNode) -> Kind:
    """Whose cell it is and where it runs."""
    if utils.is_grade(cell) and not utils.is_solution(cell):
        return "check" if float(cell.metadata.nbgrader["points"]) > 0 else "visible"
    if utils.is_locked(cell):
        return "setup" if grade_id(cell).startswith("setup") else "locked"
    return "answer" if utils.is_solution(cell) else "own"


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


def serve(sock: socket.socket, processes: Processes) -> None:
    """Grade the submission that comes over the socket and send back what came of it."""
    task = Task.read(receive_frame(sock))
    result = grade_task(task, processes)
    try:
        send_frame(sock, *result.message())
    except Closed:
        raise
    except WireError as error:
        send_frame(sock, *Result.failed(task, f"What came of it can't be kept ({error}).").message())
