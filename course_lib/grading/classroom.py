"""Run nbgrader over a class: release a lab, grade every submission whatever is in it, give feedback.

Everything here is nbgrader's own machinery with `nbgrader_config.py`, called so that one broken submission
never stops the batch and its reason is said in one plain sentence. nbgrader's log goes to
`class/logs/<assignment>/<student>.log`.
"""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.converters import GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearOutput
from nbgrader.utils import compute_checksum, is_grade, is_locked
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError
from traitlets.config import Config

from course_lib.clean import one_line, plain
from course_lib.errors import CourseError
from course_lib.grading.admit import (
    NotAdmittedError,
    clock_time,
    hand_in_time,
    match_notebook,
    may_keep,
    read_beside,
    read_notebook,
    read_plain,
)
from course_lib.grading.exchange import LEARNER
from course_lib.grading.pool import grade_tasks
from course_lib.grading.prepared import prepare
from course_lib.grading.preprocessors import STOPPED, ExecuteOnward, grade_id
from course_lib.grading.record import (
    GRADED,
    NOT_GRADED,
    Book,
    Outcome,
    Record,
    code_fingerprint,
    content_hash,
    handed_in_hash,
    load_outcomes,
    load_record,
    only_grader,
    record_path,
    save_record,
    submission_seed,
    write_atomic,
)
from course_lib.grading.regrade import Change, NotConfirmedError, Pending, reasons
from course_lib.grading.sandbox import trusted
from course_lib.grading.settings import read_settings
from course_lib.grading.task import Graded, Result, Settings, Task, at
from course_lib.workspace import use_own_tools

__all__ = ["GRADED", "NOT_GRADED", "Outcome", "load_outcomes"]

MAIN = "lab"  # the notebook without which a hand-in does not count as graded
EXCHANGES = {"timestamp.txt", "submission_secret.txt"}  # what the exchange puts into a hand-in
NOBODYS_FAULT = (CourseError, DatabaseError)  # no learner's, that is: they stop the class


class ClassroomError(CourseError):
    """Something in the course folder, not in a submission, is missing or broken; the message says what."""


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
    with _kept(root / "labs" / assignment):
        try:
            _convert(GenerateAssignment, root, assignment, log=_log_path(root, assignment, "release"))
        except ClassroomError as error:
            if "Cannot add or remove cells" not in str(error):
                raise
            raise ClassroomError(
                f"solutions/{assignment} has other exercises than the lab that was handed in already. Once somebody "
                "was graded, exercises can't be added or removed: change their text and checks, or start a new term. "
                "The lab that is out stays as it is."
            ) from error
    return sorted((root / "labs" / assignment).rglob("*.ipynb"))


@contextlib.contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Put a folder back as it was if something in the block fails."""
    with tempfile.TemporaryDirectory() as aside:
        before = Path(aside) / folder.name
        if folder.is_dir():
            shutil.copytree(folder, before)
        try:
            yield
        except BaseException:
            if before.is_dir():
                shutil.rmtree(folder, ignore_errors=True)
                shutil.copytree(before, folder)
            raise


def grade_submissions(
    root: Path,
    assignment: str,
    students: Sequence[str] | None = None,
    on_result: Callable[[Outcome], None] | None = None,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    trust: bool = False,
    again: bool = False,
    confirm: Callable[[Sequence[Change]], bool] | None = None,
) -> list[Outcome]:
    """Grade class/submitted/*/<assignment> and put the scores into the gradebook.

    What was graded before and has not changed since is not run again. A run that was stopped goes on where it was.
    A first grade is written as it comes; one that would replace another waits for `confirm`.

    Args:
        root: the course folder, with nbgrader_config.py.
        assignment: for example "02-how-ai-models-work".
        students: only these; all who handed in by default.
        on_result: called with each outcome as it comes.
        jobs: so many submissions at once.
        scheduler: the address of a Dask scheduler that does the work.
        trust: without a sandbox, for submissions of people that you trust.
        again: grade also what has not changed.
        confirm: asked once, with all grades that would change; without it they change.

    Raises:
        ClassroomError: if the assignment can't be released. A bad submission never raises.
        SandboxError: if there is no sandbox here and `trust` is not set.
        NotConfirmedError: if `confirm` said no; then no grade has changed.
        CourseError: if another grader is at work, or the gradebook or the cluster can't be reached.
    """
    with _database_problems():
        if not _is_released(root, assignment):
            make_release(root, assignment)
        _require_same_worth(root, assignment)
    submitted = root / "class" / "submitted"
    if students is None:
        students = sorted(p.parent.name for p in submitted.glob(f"*/{assignment}") if p.is_dir())
    with _database_problems(), only_grader(root), _book(root) as book:
        run = _Run(root, assignment, book, trust or trusted(), again)
        if again:
            run.pending.clear()
        outcomes: dict[str, Outcome] = {}

        def done(outcome: Outcome) -> None:
            outcomes[outcome.student] = outcome
            if on_result is not None:
                on_result(outcome)

        tasks = (task for student in students if (task := run.prepare(student, done)) is not None)
        for result in grade_tasks(tasks, jobs, scheduler):
            done(run.take(result))
        run.confirm(confirm)
    return [outcomes[student] for student in students]


class _Run:
    """Prepares tasks from files and writes what came of them; the only one that writes.

    Whatever goes wrong with one learner's hand-in is that learner's sentence, and the class goes on. What stops the
    class is the instructor's or the machine's: a `CourseError`, or a gradebook that cannot be used.
    """

    def __init__(self, root: Path, assignment: str, book: Book, trust: bool, again: bool) -> None:
        self.root, self.assignment, self.book, self.again = root, assignment, book, again
        config = _config(root)
        limit = config.Execute.get("timeout") or 30
        total = float(config.ExecuteOnward.get("notebook_timeout") or 240)
        self.settings = Settings(float(limit), total / 2, total / 2, trust)
        entry = book.gradebook.find_assignment(assignment)
        self.expected = [notebook.name for notebook in entry.notebooks]
        late = (str(entry.duedate), repr(config.LateSubmissionPlugin), repr(config.AssignLatePenalties))
        source = root / "solutions" / assignment
        self.instructor = {
            name: (source / f"{name}.ipynb").read_text(encoding="utf-8") for name in self.expected
        }
        self.prepared = {
            name: prepare(nbformat.reads(text, as_version=4)).text() for name, text in self.instructor.items()
        }
        self.shipped = {k: v for k, v in read_beside(source).items() if not k.startswith("packet/")}
        self.order = {name: _cell_order(source / f"{name}.ipynb") for name in self.expected}
        lab = {f"instructor/{name}": text.encode() for name, text in self.instructor.items()}
        lab |= {f"file/{name}": data for name, data in self.shipped.items()}
        self.parts = {
            "check": content_hash(lab),
            "due": repr(late),
            "limits": repr(self.settings),
            "grader": code_fingerprint(),
        }
        self.pending = Pending(root, assignment)
        self.hand_ins: dict[str, _HandIn] = {}
        self.held: dict[str, tuple[str, Change]] = {}

    def prepare(self, student: str, done: Callable[[Outcome], None]) -> Task | None:
        """Return the task for a submission; None if it is finished already or can't be graded at all."""
        try:
            return self._prepare(student, done)
        except NOBODYS_FAULT:
            raise
        except Exception as error:
            done(self._stopped(student, error))
            return None

    def _prepare(self, student: str, done: Callable[[Outcome], None]) -> Task | None:
        hand_in = self.hand_ins[student] = self._read(student)
        hand_in.before = load_record(record_path(self.root, self.assignment, student))
        finished = None if self.again else self._finished(student, hand_in)
        if finished is not None:
            done(finished)
            return None
        waiting = self.pending.load(student, hand_in.key)
        if waiting is None and (not hand_in.notebooks or hand_in.whole):
            waiting = Result(student, {})
        if waiting is not None:
            done(self.take(waiting))
            return None
        files = {**hand_in.files, **self.shipped}
        seed = submission_seed(self.root, self.assignment, student, handed_in_hash(hand_in.notebooks, files))
        moment = clock_time(self.root / "class" / "submitted" / student / self.assignment)
        return Task(student, self.prepared, hand_in.notebooks, files, seed, self.settings, at(moment))

    def _finished(self, student: str, hand_in: _HandIn) -> Outcome | None:
        """The outcome of a submission that was graded before, if all that decided it is the same and still there."""
        record = hand_in.before
        kept = (self.root / "class" / "autograded" / student / self.assignment).glob("*.ipynb")
        if record is None or record.key != hand_in.key:
            return None
        points = self.book.points(self.assignment, student, self.order)
        if record.outcome.status == NOT_GRADED or (points.max_points and any(kept)):
            return points.into(record.outcome)
        return None

    def _read(self, student: str) -> _HandIn:
        """Read what lies in a submission's folder."""
        folder = self.root / "class" / "submitted" / student / self.assignment
        hand_in = _HandIn()
        if not LEARNER.fullmatch(student):
            hand_in.whole = "The folder's name is no learner's name (letters, digits, '.', '_', '@' and '-')."
        elif any(path.is_symlink() for path in (folder.parent, folder)):
            hand_in.whole = "The submission's folder is a link."
        else:
            hand_in.time = _as_nbgrader(hand_in_time(folder))
            for name in self.expected:
                path = folder / f"{name}.ipynb"
                try:
                    if path.exists() or path.is_symlink():
                        hand_in.notebooks[name] = read_plain(path)
                    elif renamed := match_notebook(folder, set(self.order[name]), self.expected):
                        hand_in.notebooks[name] = read_plain(renamed)
                        hand_in.renamed[name] = renamed.stem
                    else:
                        hand_in.missing[name] = _not_there(path)
                except NotAdmittedError as problem:
                    hand_in.refused[name] = str(problem)
            try:
                hand_in.files = read_beside(folder)
            except NotAdmittedError as problem:
                hand_in.whole = str(problem)
        answer = handed_in_hash(hand_in.notebooks, hand_in.files)
        hand_in.parts = {"answer": answer, "time": _stamp(hand_in.time), **self.parts}
        hand_in.key = content_hash({name: part.encode() for name, part in hand_in.parts.items()})
        return hand_in

    def take(self, result: Result) -> Outcome:
        """Write what came of a submission, or hold it if it would change a grade; return the outcome."""
        try:
            hand_in = self.hand_ins.pop(result.student)
            change = self._change(hand_in, result)
            if change is not None and change.matters:
                self.pending.save(hand_in.key, result)
                self.held[result.student] = hand_in.key, change
                return change.after
            return self._write(hand_in, result)
        except NOBODYS_FAULT:
            raise
        except Exception as error:
            return self._stopped(result.student, error)

    def confirm(self, confirm: Callable[[Sequence[Change]], bool] | None) -> None:
        """Write what was held, if it is confirmed.

        Raises NotConfirmedError if it is not.
        """
        if not self.held:
            return
        changes = [change for _, (_, change) in sorted(self.held.items())]
        if confirm is not None and not confirm(changes):
            self.pending.clear()
            raise NotConfirmedError("No grade was changed. `course grade` shows the same changes again.")
        for student, (key, _) in sorted(self.held.items()):
            try:
                hand_in, result = self._read(student), self.pending.load(student, key)
                if result is None or hand_in.key != key:
                    raise CourseError(f"The hand-in of {student} was changed while grading: grade again.")
                self._write(hand_in, result)
            except NOBODYS_FAULT:
                raise
            except Exception as error:
                self._stopped(student, error)
            self.pending.drop(student)

    def _change(self, hand_in: _HandIn, result: Result) -> Change | None:
        """What a result would change of a grade that is there; None if there is no grade yet."""
        if result.lost or not self.book.has_grades(self.assignment, result.student):
            return None
        record = hand_in.before or Record("", Outcome(result.student, GRADED))
        before = after = self.book.points(self.assignment, result.student, self.order)
        scores = self._scores(hand_in, result)
        if scores:
            after = self.book.preview(self.assignment, result.student, hand_in.time, scores, self.order)
        outcome = after.into(self._outcome(hand_in, result))
        return Change(before.into(record.outcome), outcome, reasons(record.parts, hand_in.parts))

    def _scores(self, hand_in: _HandIn, result: Result) -> dict[str, Graded | None]:
        """What the gradebook is told: nothing if nothing could be graded, 0 for a notebook that is missing."""
        graded = {name: found for name, found in result.notebooks.items() if not found.problem}
        return {**dict.fromkeys(hand_in.missing), **graded} if graded else {}

    def _outcome(self, hand_in: _HandIn, result: Result) -> Outcome:
        """The outcome without its points."""
        refused = {name: found.problem for name, found in result.notebooks.items() if found.problem}
        refused = hand_in.refused | refused
        if hand_in.whole:
            refused = dict.fromkeys(self.expected, hand_in.whole)
        graded = {name: found for name, found in result.notebooks.items() if not found.problem}
        status = NOT_GRADED if refused or not graded or MAIN in hand_in.missing else GRADED
        notes = [
            f"{one_line(other, 100)}.ipynb was graded as {name}.ipynb."
            for name, other in hand_in.renamed.items()
        ]
        flags = [*refused.values(), *notes, *(note for found in graded.values() for note in found.notes)]
        checks = {exercise: found for one in graded.values() for exercise, found in one.checks.items()}
        reason = " ".join(dict.fromkeys([*hand_in.missing.values(), *flags]))
        return Outcome(
            result.student,
            status,
            checks=checks,
            reason=reason,
            seconds=result.seconds,
            flags=tuple(dict.fromkeys(flags)),
            refused=refused,
            renamed=hand_in.renamed,
        )

    def _write(self, hand_in: _HandIn, result: Result) -> Outcome:
        """Write a submission's notebooks and scores, then its record; return the outcome."""
        student, key = result.student, hand_in.key
        outcome = self._outcome(hand_in, result)
        scores = self._scores(hand_in, result)
        self._keep_traces(result)
        try:
            if scores:
                self._write_notebooks(student, hand_in, scores)
                self.book.write(self.assignment, student, hand_in.time, scores)
        except (OSError, UnicodeError) as error:
            said = error.strerror if isinstance(error, OSError) else one_line(error, 200)
            reason = f"{outcome.reason} The result could not be written ({said}).".strip()
            outcome = replace(outcome, status=NOT_GRADED, reason=reason)
            key = ""  # next time again
        outcome = self.book.points(self.assignment, student, self.order).into(outcome)
        if not scores and outcome.final:
            stand = f"{outcome.reason} The {outcome.final:g} points of an earlier hand-in stand until then."
            outcome = replace(outcome, reason=stand.strip())
        with contextlib.suppress(OSError):
            if LEARNER.fullmatch(student):
                save_record(self.root, self.assignment, outcome, "" if result.lost else key, hand_in.parts)
        return outcome

    def _keep_traces(self, result: Result) -> None:
        """Write down for the instructor where checks failed for reasons of their own."""
        traces = [trace for found in result.notebooks.values() for trace in found.traces]
        with contextlib.suppress(OSError):
            path = traces_path(self.root, self.assignment, result.student)
            if traces:
                path.write_text(plain("\n\n".join(traces), 200_000) + "\n", encoding="utf-8")
            else:
                path.unlink(missing_ok=True)

    def _stopped(self, student: str, error: Exception) -> Outcome:
        """The outcome of a learner's hand-in that something unforeseen is wrong with."""
        self.book.gradebook.db.rollback()
        self.hand_ins.pop(student, None)
        name = student if LEARNER.fullmatch(student) else "unnamed"
        with contextlib.suppress(OSError):
            _append(_log_path(self.root, self.assignment, name), "".join(traceback.format_exception(error)))
        what = f"{type(error).__name__}: {one_line(error, 200)}".rstrip(": .")
        reason = f"Something in this hand-in can't be graded ({what})."
        refused = dict.fromkeys(self.expected, reason)
        outcome = Outcome(student, NOT_GRADED, reason=reason, flags=(reason,), refused=refused)
        with contextlib.suppress(Exception):
            outcome = self.book.points(self.assignment, student, self.order).into(outcome)
            save_record(self.root, self.assignment, outcome, "")  # next time again
        return outcome

    def _write_notebooks(self, student: str, hand_in: _HandIn, scores: Mapping[str, Graded | None]) -> None:
        target = self.root / "class" / "autograded" / student / self.assignment
        graded = {name: found for name, found in scores.items() if found is not None}
        kept = {name: data for found in graded.values() for name, data in found.files.items()}
        for name, data in {**hand_in.files, **self.shipped, **kept}.items():
            if may_keep(name):
                write_atomic(target / name, data, 0o444)
        if hand_in.time is not None:
            write_atomic(target / "timestamp.txt", _stamp(hand_in.time).encode(), 0o444)
        for name, found in graded.items():
            write_atomic(target / f"{name}.ipynb", (found.text + "\n").encode(), 0o444)


@dataclass
class _HandIn:
    """What a submission's folder held; notebooks by name. `whole` says why nothing of it can be graded."""

    notebooks: dict[str, bytes] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)  # what is there in its place
    renamed: dict[str, str] = field(default_factory=dict)  # the name that it was handed in under
    refused: dict[str, str] = field(default_factory=dict)  # why it can't be graded
    whole: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    time: datetime | None = None  # UTC, without a zone, as nbgrader keeps it
    parts: dict[str, str] = field(default_factory=dict)  # of the key, by name
    key: str = ""
    before: Record | None = None


def _not_there(path: Path) -> str:
    """One sentence about a notebook that is not in a hand-in: what there is of the learner's in its place."""
    there = sorted(one_line(other.name, 60) for other in path.parent.glob("*") if other.name not in EXCHANGES)
    return f"No {path.name}; found {', '.join(there[:5]) or 'nothing'}."


def _as_nbgrader(time: datetime | None) -> datetime | None:
    """The gradebook keeps UTC without saying so."""
    return None if time is None else time.astimezone(UTC).replace(tzinfo=None)


def _stamp(time: datetime | None) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S.%f UTC") if time else ""


def current_outcomes(root: Path, assignment: str) -> list[Outcome]:
    """Return `load_outcomes` with the points of the gradebook as it is now: a person may have given some since."""
    outcomes = load_outcomes(root, assignment)
    if not outcomes:
        return []
    source = root / "solutions" / assignment
    order = {path.stem: _cell_order(path) for path in sorted(source.glob("*.ipynb"))}
    with _database_problems(), _book(root) as book:
        if not _is_released(root, assignment):
            return outcomes
        book.settle(assignment)
        found = [(outcome, book.points(assignment, outcome.student, order)) for outcome in outcomes]
    return [points.into(outcome) if points.max_points else outcome for outcome, points in found]


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
    try:
        with _quiet(None):
            read_notebook(path)
    except NotAdmittedError as problem:
        return str(problem)
    return ""


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
    return read_settings(root)


def _gradebook(root: Path) -> Gradebook:
    (root / "class").mkdir(exist_ok=True)
    config = _config(root)
    use_own_tools()  # nbgrader calls `alembic` by name
    return Gradebook(config.CourseDirectory.db_url, config.CourseDirectory.course_id)


def gradebook_name(root: Path) -> str:
    """Return where the gradebook is: a file, or a database on a server without what a password could stand in."""
    url = make_url(_config(root).CourseDirectory.db_url)
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    place = url.host or str(url.query.get("host", ""))
    return f"{url.get_backend_name()} database {url.database} on {place or 'this machine'}"


@contextlib.contextmanager
def _database_problems() -> Iterator[None]:
    """Say in a sentence that the gradebook's database is broken, full or out of reach."""
    log = logging.getLogger("tornado.application")  # where nbgrader writes a traceback of the same
    before, log.disabled = log.disabled, True
    try:
        yield
    except (DatabaseError, InvalidEntry) as error:
        said = str(getattr(error, "orig", error)).rstrip(".")
        raise CourseError(
            f"The gradebook can't be used: {said}. Grading can go on when that is mended."
        ) from error
    finally:
        log.disabled = before


@contextlib.contextmanager
def _book(root: Path) -> Iterator[Book]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's queries
        book = Book(_gradebook(root), _config(root))
        try:
            yield book
        finally:
            book.close()


def _notebooks(root: Path, assignment: str) -> list[str]:
    with _gradebook(root) as gradebook:
        return [notebook.name for notebook in gradebook.find_assignment(assignment).notebooks]


def _is_released(root: Path, assignment: str) -> bool:
    try:
        return bool(_notebooks(root, assignment))
    except MissingEntry:
        return False


def _require_same_worth(root: Path, assignment: str) -> None:
    """Raise ClassroomError if an exercise is worth something else in solutions/ than in the gradebook."""
    with _gradebook(root) as gradebook:
        known = {
            (notebook.name, cell.name): float(cell.max_score)
            for notebook in gradebook.find_assignment(assignment).notebooks
            for cell in notebook.grade_cells
        }
    for path in sorted((root / "solutions" / assignment).glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            worth = float(cell.metadata.nbgrader.get("points", 0)) if is_grade(cell) else None
            told = known.get((path.stem, grade_id(cell)))
            if worth is not None and told is not None and told != worth:
                raise ClassroomError(
                    f"{path.name}: {grade_id(cell)} is worth {worth:g} points in solutions/ and {told:g} in the "
                    "gradebook: run `course release`, then grade."
                )


def _convert(
    converter: type, root: Path, assignment: str, student: str = "*", notebook: str = "*", *, log: Path
) -> None:
    """Run one of nbgrader's converters as its command would; its log goes to a file.

    Raises:
        ClassroomError: with the last thing that nbgrader said.
    """
    config = _config(root)
    coursedir = CourseDirectory(
        config=config, assignment_id=assignment, student_id=student, notebook_id=notebook
    )
    use_own_tools()
    with _quiet(log) as lines:
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


def traces_path(root: Path, assignment: str, student: str) -> Path:
    """Return where it is written down that checks failed for reasons of their own, not of the learner's code."""
    return _log_path(root, assignment, f"{student}.checks")


def _log_path(root: Path, assignment: str, name: str) -> Path:
    folder = root / "class" / "logs" / assignment
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(plain(text, 1_000_000))
