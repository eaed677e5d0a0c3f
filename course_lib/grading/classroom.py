"""Run nbgrader over a class: release a lab, grade every submission whatever is in it, give feedback.

Everything here is nbgrader's own machinery with `nbgrader_config.py`, called so that one broken submission
never stops the batch and its reason is said in one plain sentence. nbgrader's log goes to
`class/logs/<assignment>/<student>.log`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import secrets
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearOutput
from nbgrader.utils import compute_checksum, is_grade, is_locked
from traitlets.config import Config, PyFileConfigLoader

from course_lib.grading.checks import SEED_VARIABLE, CheckResult, from_data
from course_lib.grading.preprocessors import STOPPED, ExecuteOnward, check_reports, grade_id

GRADED = "graded"
NOT_GRADED = "not graded"


class ClassroomError(Exception):
    """Something in the course folder, not in a submission, is missing or broken; the message says what."""


@dataclass(frozen=True)
class Outcome:
    """What grading one submission gave.

    `points` and `max_points` are by exercise; an exercise in `waiting` still needs a person. `checks` has the
    single checks of each exercise that ran. `reason` says why a submission was not graded, or what a grader
    should know.
    """

    student: str
    status: str
    points: dict[str, float] = field(default_factory=dict)
    max_points: dict[str, float] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    checks: dict[str, list[CheckResult]] = field(default_factory=dict)
    reason: str = ""
    seconds: float = 0.0

    @property
    def score(self) -> float:
        """Points so far, written answers that wait for a person not included."""
        return sum(self.points.values())

    @property
    def max_score(self) -> float:
        """All points that the assignment has, written answers included."""
        return sum(self.max_points.values())


@dataclass(frozen=True)
class ExerciseReport:
    """What the visible checks say about one exercise: passed, failed, not written or changed."""

    exercise: str
    status: str
    message: str = ""


def make_release(root: Path, assignment: str) -> list[Path]:
    """Write the learner's version of an assignment to labs/ (always the same bytes) and tell the gradebook.

    Raises:
        ClassroomError: if solutions/ has no such assignment or nbgrader refuses it.
    """
    if not sorted((root / "solutions" / assignment).glob("*.ipynb")):
        raise ClassroomError(f"solutions/{assignment} has no notebook to release.")
    _convert(GenerateAssignment, root, assignment, log=_log_path(root, assignment, "release"))
    return sorted((root / "labs" / assignment).rglob("*.ipynb"))


def grade_submissions(
    root: Path,
    assignment: str,
    students: Sequence[str] | None = None,
    on_result: Callable[[Outcome], None] | None = None,
    seed: int | str | None = None,
) -> list[Outcome]:
    """Grade class/submitted/*/<assignment> one after the other and put the scores into the gradebook.

    Args:
        root: the course folder, with nbgrader_config.py.
        assignment: for example "02-how-ai-models-work".
        students: only these; all who handed in by default.
        on_result: called with each outcome as it comes.
        seed: fixes the hidden checks' inputs; by default they are new for each submission (see the log).

    Raises:
        ClassroomError: if the assignment can't be released. A bad submission never raises.
    """
    if not _is_released(root, assignment):
        make_release(root, assignment)
    submitted = root / "class" / "submitted"
    if students is None:
        students = sorted(p.parent.name for p in submitted.glob(f"*/{assignment}") if p.is_dir())
    outcomes = []
    for student in students:
        outcome = _grade_one(
            root, assignment, student, str(seed) if seed is not None else secrets.token_hex(8)
        )
        outcomes.append(outcome)
        if on_result is not None:
            on_result(outcome)
    return outcomes


def generate_feedback(root: Path, assignment: str, students: Sequence[str] | None = None) -> list[Path]:
    """Write class/feedback/<student>/<assignment>/*.html for graded submissions and return the pages.

    Raises:
        ClassroomError: if nbgrader can't write one of them.
    """
    graded = root / "class" / "autograded"
    if students is None:
        students = sorted(p.parent.name for p in graded.glob(f"*/{assignment}") if p.is_dir())
    pages: list[Path] = []
    for student in students:
        _convert(
            GenerateFeedback,
            root,
            assignment,
            student,
            log=_log_path(root, assignment, f"{student}.feedback"),
        )
        pages += sorted((root / "class" / "feedback" / student / assignment).glob("*.html"))
    return pages


def points_by_exercise(
    root: Path, assignment: str, student: str
) -> tuple[dict[str, float], dict[str, float], tuple[str, ...]]:
    """What the gradebook holds for one student: points, maximum, and the exercises that wait for a person.

    Exercises stand in the order of the instructor's notebooks.
    """
    points: dict[str, float] = {}
    maximum: dict[str, float] = {}
    waiting: list[str] = []
    with _gradebook(root) as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return points, maximum, ()
        for notebook in submission.notebooks:
            order = _cell_order(root / "solutions" / assignment / f"{notebook.name}.ipynb")
            for grade in sorted(notebook.grades, key=lambda g: (order.get(g.name, len(order)), g.name)):
                if not grade.max_score:
                    continue
                exercise = grade.name.removeprefix("grade_")
                exercise = f"{notebook.name}:{exercise}" if exercise in maximum else exercise
                points[exercise] = float(grade.score or 0.0)
                maximum[exercise] = float(grade.max_score)
                if grade.needs_manual_grade:
                    waiting.append(exercise)
    return points, maximum, tuple(waiting)


def _cell_order(path: Path) -> dict[str, int]:
    """Place of each nbgrader cell in a notebook, by its id; empty if there is no such file."""
    cells = nbformat.read(path, as_version=4).cells if path.exists() else []
    return {grade_id(cell): place for place, cell in enumerate(cells) if grade_id(cell)}


def validate_notebook(path: Path) -> list[ExerciseReport]:
    """Run a learner's notebook in a fresh kernel and report its visible checks, exercise by exercise.

    Raises:
        ClassroomError: if the file can't be read as a notebook.
    """
    problem = what_is_wrong(path)
    if problem:
        raise ClassroomError(problem)
    with _quiet(None):
        nb = nbformat.read(path, as_version=4)
    changed = {
        grade_id(cell)
        for cell in nb.cells
        if is_locked(cell)
        and "checksum" in cell.metadata.nbgrader
        and cell.metadata.nbgrader.checksum != compute_checksum(cell)
    }
    resources: dict[str, Any] = {"metadata": {"path": str(path.parent)}}
    nb, resources = ClearOutput().preprocess(nb, resources)
    with _quiet(None):
        nb, resources = ExecuteOnward(shutdown_kernel="immediate").preprocess(nb, resources)
    cells = {grade_id(cell): cell for cell in nb.cells if grade_id(cell)}
    reports = []
    for name, cell in cells.items():
        if name.startswith("check_"):
            exercise = name.removeprefix("check_")
            solve = cells.get(f"solve_{exercise}")
            reports.append(_exercise_report(exercise, cell, solve, name in changed))
        elif cell.cell_type == "markdown" and is_grade(cell):
            exercise = name.removeprefix("grade_")
            untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            report = (
                ("not written", "") if untouched else ("passed", "There is a text; a person will read it.")
            )
            reports.append(ExerciseReport(exercise, *report))
    return reports


def what_is_wrong(path: Path) -> str:
    """Why a file can't be graded as a notebook, in one sentence; '' if it can."""
    if not path.exists():
        there = (
            sorted(p.name for p in path.parent.glob("*") if p.name != "timestamp.txt")
            if path.parent.is_dir()
            else []
        )
        return f"No {path.name}; found {', '.join(there[:5]) or 'nothing'}."
    if path.is_symlink() or not path.is_file():
        return f"{path.name} is not a plain file."
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return f"{path.name} can't be read as text ({type(error).__name__})."
    if not text.strip():
        return f"{path.name} is empty."
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        return f"{path.name} is not valid JSON{where}; it was probably cut off or edited by hand."
    if not isinstance(data, dict) or not ("cells" in data or "worksheets" in data) or "nbformat" not in data:
        return f"{path.name} is JSON, but not a notebook: it has no cells."
    try:
        with _quiet(None):
            nbformat.read(path, as_version=4)
    except Exception as error:
        what = " ".join(str(error).split("\n\n")[0].split())[:120] or type(error).__name__
        return f"{path.name} is damaged, Jupyter can't open it: {what}."
    return ""


def _grade_one(root: Path, assignment: str, student: str, seed: str) -> Outcome:
    started = time.monotonic()
    log = _log_path(root, assignment, student)
    log.unlink(missing_ok=True)
    notes: list[str] = []
    checks: dict[str, list[CheckResult]] = {}
    status = GRADED
    try:
        if re.search(r"[*?\[\]+]", student):
            raise ClassroomError("The folder's name has a character that nbgrader can't use (* ? [ ] +).")
        folder = root / "class" / "submitted" / student / assignment
        expected = _notebooks(root, assignment)
        problems = {name: what_is_wrong(folder / f"{name}.ipynb") for name in expected}
        notes += [problem for problem in problems.values() if problem]
        if any(problems[name] for name in expected if name == "lab" or (folder / f"{name}.ipynb").exists()):
            status = NOT_GRADED
        for name in expected:
            if not problems[name]:
                with _environment(**{SEED_VARIABLE: seed}):
                    _convert(Autograde, root, assignment, student, name, log=log)
                path = root / "class" / "autograded" / student / assignment / f"{name}.ipynb"
                nb = nbformat.read(path, as_version=4)
                checks.update(checks_in(nb))
                notes += _stops(nb)
    except ClassroomError as error:
        status, notes = NOT_GRADED, [*notes, str(error)]
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        _append(log, traceback.format_exc())
        status, notes = (
            NOT_GRADED,
            [*notes, f"Grading failed with {type(error).__name__}; see {log.relative_to(root)}."],
        )
    _append(log, f"{SEED_VARIABLE}={seed}\n")
    points, maximum, waiting = points_by_exercise(root, assignment, student)
    return Outcome(
        student,
        status,
        points,
        maximum,
        waiting,
        checks,
        " ".join(notes),
        round(time.monotonic() - started, 3),
    )


def checks_in(nb: NotebookNode) -> dict[str, list[CheckResult]]:
    """The single checks that ran in an autograded notebook, by exercise."""
    found: dict[str, list[CheckResult]] = {}
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            for _, data in check_reports(cell):
                found[grade_id(cell).removeprefix("grade_")] = from_data(data)
    return found


def _stops(nb: NotebookNode) -> list[str]:
    """One sentence for each cell that had to be stopped or that ended the kernel."""
    notes = []
    for number, cell in enumerate(nb.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error" and output.ename in (STOPPED, "CellTimeoutError"):
                name = grade_id(cell) or f"number {number}"
                what = "ran too long and was stopped." if output.ename != STOPPED else ""
                what = what or (
                    "could not be stopped." if "stopped" in output.evalue else "ended the kernel."
                )
                notes.append(f"Cell {name} {what}")
                break
    return notes


def _exercise_report(
    exercise: str, check: NotebookNode, solve: NotebookNode | None, changed: bool
) -> ExerciseReport:
    if changed:
        return ExerciseReport(
            exercise, "changed", "The check cell was edited; your own copy no longer tells the truth."
        )
    # A packet's check has no answer cell of its own.
    for cell, where in ((solve, "your cell"), (check, "")):
        for output in cell.get("outputs", []) if cell is not None else []:
            if output.output_type != "error":
                continue
            if output.ename == "NotImplementedError":
                return ExerciseReport(exercise, "not written")
            if output.ename == "CellTimeoutError":
                return ExerciseReport(exercise, "failed", "It ran too long and was stopped.")
            text = (
                output.evalue
                if output.ename in ("AssertionError", STOPPED)
                else f"{output.ename}: {output.evalue}"
            )
            return ExerciseReport(
                exercise, "failed", f"{text.strip()} (in {where})" if where else text.strip()
            )
    ran = bool(check.get("execution_count"))
    return ExerciseReport(exercise, "passed" if ran else "failed", "" if ran else "The check did not run.")


def _config(root: Path) -> Config:
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root.resolve())
    return config


def _gradebook(root: Path) -> Gradebook:
    (root / "class").mkdir(exist_ok=True)
    config = _config(root)
    with _environment():
        return Gradebook(config.CourseDirectory.db_url, config.CourseDirectory.course_id)


def _notebooks(root: Path, assignment: str) -> list[str]:
    with _gradebook(root) as gradebook:
        return [notebook.name for notebook in gradebook.find_assignment(assignment).notebooks]


def _is_released(root: Path, assignment: str) -> bool:
    try:
        return bool(_notebooks(root, assignment))
    except MissingEntry:
        return False


def _convert(
    converter: type, root: Path, assignment: str, student: str = "*", notebook: str = "*", *, log: Path
) -> None:
    """Run one of nbgrader's converters as its command would; its log goes to a file.

    Raises:
        ClassroomError: with the last thing that nbgrader said.
    """
    config = _config(root)
    if converter is GenerateFeedback:
        config.HTMLExporter.template_name = "feedback"
    coursedir = CourseDirectory(
        config=config, assignment_id=assignment, student_id=student, notebook_id=notebook
    )
    with _quiet(log) as lines, _environment():
        try:
            _gradebook(root).close()  # makes the file if it is the first time
            app = converter(coursedir=coursedir, config=config)
            app.force = True
            app.start()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            _append(log, traceback.format_exc())
            raise ClassroomError(_reason(lines, error)) from error


def _reason(lines: list[str], error: BaseException) -> str:
    """The first line of nbgrader's log that names the exception, as a sentence."""
    for line in lines:
        last = line.strip().splitlines()[-1] if line.strip() else ""
        if re.match(r"[\w.]*(Error|Exception|Died)\w*:", last):
            return f"nbgrader stopped with {last}"
    return f"nbgrader stopped with {type(error).__name__}: {str(error).partition(chr(10))[0]}"


class _Lines(logging.Handler):
    """Keep what nbgrader logs, and write it to a file."""

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        self.path = path
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        self.lines.append(line)
        if self.path is not None:
            _append(self.path, f"[{record.levelname}] {line}\n")


@contextlib.contextmanager
def _quiet(log: Path | None) -> Iterator[list[str]]:
    """Send the log of nbgrader and its libraries to a file instead of the terminal."""
    from traitlets.log import get_logger

    handler = _Lines(log)
    logger = get_logger()
    before = (logger.handlers[:], logger.propagate, logger.level)
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader's queries, notebooks without cell ids
            yield handler.lines
    finally:
        logger.handlers, logger.propagate = before[0], before[1]
        logger.setLevel(before[2])


@contextlib.contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set variables, and put this Python's programs on PATH: nbgrader calls `alembic` by name."""
    folder = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if folder not in path.split(os.pathsep):
        variables["PATH"] = os.pathsep.join([folder, path])
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _log_path(root: Path, assignment: str, name: str) -> Path:
    folder = root / "class" / "logs" / assignment
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
