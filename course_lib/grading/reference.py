"""The reference solution is graded before anybody else: an instructor's mistake must cost no learner a point.

Checks that add up to 10 of 12, a check that crashes, a hidden name that exists only in the instructor's kernel: each
gives a whole class 0, and nothing unusual seems to happen. So `course release` and `course grade` first send the
notebook in solutions/ the way of a submission, and stop unless it gets full points for all that is graded
automatically. What was found right is not graded again until a notebook, a file beside it or the grader changes.

A packet's notebook is not run: its points come from one checker that has tests of its own, and a run would measure
for half a minute first. What an instructor can get wrong there is what its check cell is worth.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from course_lib.clean import one_line
from course_lib.errors import CourseError
from course_lib.grading.admit import read_beside
from course_lib.grading.packets import LESSON_POINTS
from course_lib.grading.prepared import prepare
from course_lib.grading.preprocessors import grade_id
from course_lib.grading.record import code_fingerprint, content_hash, write_atomic
from course_lib.grading.sandbox import SandboxError, shared_grader, trusted
from course_lib.grading.task import Graded, Settings, Task

BY_CHECKER = "lesson_points("  # what a packet's check cell calls
LIMIT = 60.0  # seconds for a cell of the instructor's own


class BrokenReferenceError(CourseError):
    """The reference solution of a lab does not get full points."""


def check_reference(root: Path, assignment: str, trust: bool = False) -> None:
    """Grade the reference solution of a lab, if it was not found right before.

    Raises BrokenReferenceError with lab, exercise, points and the checks that failed.
    """
    source = root / "solutions" / assignment
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(source.glob("*.ipynb"))}
    files = {name: data for name, data in read_beside(source).items() if not name.startswith("packet/")}
    parts = {f"notebook/{name}": text.encode() for name, text in texts.items()}
    parts |= {f"file/{name}": data for name, data in files.items()}
    key = content_hash({**parts, "code": code_fingerprint().encode()})
    kept = root / "class" / "references" / f"{assignment}.txt"
    if kept.is_file() and kept.read_text(encoding="utf-8") == key:
        return
    notebooks = {name: _notebook(assignment, name, text) for name, text in texts.items()}
    faults = [fault for name, nb in notebooks.items() for fault in _wrong_worth(name, nb)]
    run = {name: text for name, text in texts.items() if BY_CHECKER not in text and _worth(notebooks[name])}
    if run and not faults:
        graded = _grade(run, files, trust)
        faults = [fault for name in run for fault in _lost_points(name, notebooks[name], graded[name])]
    if faults:
        raise BrokenReferenceError(
            f"The reference solution of {assignment} does not get full points. {' '.join(faults)} "
            f"Mend solutions/{assignment}; nobody was graded."
        )
    write_atomic(kept, key.encode())


def _notebook(assignment: str, name: str, text: str) -> NotebookNode:
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:
        raise BrokenReferenceError(
            f"solutions/{assignment}/{name}.ipynb can't be read as a notebook: {one_line(error, 200)}."
        ) from error


def _worth(nb: NotebookNode) -> dict[str, float]:
    """The points of each cell that is graded automatically, by grade_id."""
    return {
        grade_id(cell): float(cell.metadata.nbgrader.points)
        for cell in nb.cells
        if cell.cell_type == "code"
        and utils.is_grade(cell)
        and not utils.is_solution(cell)
        and cell.metadata.nbgrader.points
    }


def _wrong_worth(name: str, nb: NotebookNode) -> list[str]:
    """One sentence for each check cell of a packet that is not worth what its checker gives."""
    worth = _worth(nb)
    return [
        f"{name}.ipynb: {grade_id(cell)} is worth {worth[grade_id(cell)]:g} points, but its checker gives up to "
        f"{LESSON_POINTS:g}."
        for cell in nb.cells
        if grade_id(cell) in worth and BY_CHECKER in cell.source and worth[grade_id(cell)] != LESSON_POINTS
    ]


def _grade(texts: dict[str, str], files: dict[str, bytes], trust: bool) -> dict[str, Graded]:
    """Send the instructor's notebooks the way of a submission; without a sandbox if there is none: it is their own."""
    submitted = {name: text.encode() for name, text in texts.items()}

    def grade(without: bool) -> dict[str, Graded]:
        settings = Settings(limit=LIMIT, trust=without)
        prepared = {name: prepare(nbformat.reads(text, as_version=4)).text() for name, text in texts.items()}
        task = Task("reference", prepared, submitted, files, "0" * 32, settings)
        return shared_grader(without).grade(task).notebooks

    try:
        return grade(trust or trusted())
    except SandboxError:
        return grade(True)


def _lost_points(name: str, nb: NotebookNode, graded: Graded) -> list[str]:
    """One sentence for each exercise that the reference solution loses points in, and why."""
    if graded.problem:
        return [f"{name}.ipynb: {one_line(graded.problem, 300)}"]
    faults = []
    for cell, worth in _worth(nb).items():
        got = graded.scores.get(cell) or 0.0
        if got < worth:
            exercise = cell.removeprefix("grade_")
            failed = [check for check in graded.checks.get(exercise, []) if not check.passed]
            why = [f"check {check.name}: {one_line(check.message, 300)}" for check in failed]
            declared = sum(check.points for check in graded.checks.get(exercise, []))
            if declared and declared != worth:
                why = [f"the cell is worth {worth:g} points, its checks {declared:g}"]
            why = why or _errors(graded, cell)
            faults.append(
                f"{name}.ipynb, {exercise}: {got:g} of {worth:g} points ({'; '.join(why) or 'no check ran'})."
            )
    said = " ".join(faults)
    traces = [one_line(trace.strip().splitlines()[-1], 300) for trace in graded.traces if trace.strip()]
    own = [trace for trace in traces if faults and trace.partition(": ")[2] not in said]
    return [*faults, *(f"A check stopped with {trace}." for trace in dict.fromkeys(own))]


def _errors(graded: Graded, name: str) -> list[str]:
    """What a check cell of a graded notebook said in place of a score."""
    cells = [cell for cell in json.loads(graded.text)["cells"] if grade_id(cell) == name]
    said = [
        output.get("evalue", "")
        for cell in cells
        for output in cell.get("outputs", [])
        if output.get("output_type") == "error"
    ]
    return [one_line(re.sub(r"\.$", "", text), 300) for text in said]
