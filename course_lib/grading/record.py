"""The one writer: graded notebooks, scores and records, in an order that a crash can't spoil.

A submission's record (class/records/<lab>/<student>.json) is written last and carries a key: the hash of what
was handed in, the instructor's notebooks and the grader's own code. A run that was killed grades again only what
has no record; grading twice changes nothing. Scores go into nbgrader's own gradebook, in one transaction for a
submission.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload, undefer
from traitlets.config import Config

from course_lib import __version__
from course_lib.errors import CourseError
from course_lib.grading.checks import CheckResult
from course_lib.grading.marks import (
    NO_ANSWER,
    answers_in,
    keep_marks,
    penalty_rule,
    remember_answers,
    settle,
)
from course_lib.grading.task import Graded

GRADED = "graded"
NOT_GRADED = "not graded"
Part = TypeVar("Part", Grade, Comment)
BUSY_SECONDS = 60.0  # how long to wait for a gradebook that somebody else has locked


@dataclass(frozen=True)
class Outcome:
    """What grading one submission gave.

    `points` and `max_points` are by exercise; an exercise in `waiting` still needs a person. `checks` has the
    single checks of each exercise that ran. `reason` says why a submission was not graded, or what a grader
    should know; `flags` has the same as single sentences. `refused` says for single notebooks why they could not be
    graded, `renamed` under which name they were handed in.
    """

    student: str
    status: str
    points: dict[str, float] = field(default_factory=dict)
    max_points: dict[str, float] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    checks: dict[str, list[CheckResult]] = field(default_factory=dict)
    reason: str = ""
    seconds: float = 0.0
    flags: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    penalty: float = 0.0

    @property
    def score(self) -> float:
        """Points so far, before a late penalty; an old mark counts while a person is asked to look again."""
        return sum(self.points.values())

    @property
    def final(self) -> float:
        """Points so far without what being late costs: what feedback and exports say."""
        return max(0.0, self.score - self.penalty)

    @property
    def max_score(self) -> float:
        """All points that the assignment has, written answers included."""
        return sum(self.max_points.values())


def write_atomic(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file under a temporary name and rename it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(number)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@functools.cache
def code_fingerprint() -> str:
    """Return the hash of the grader's own code: a new version grades anew."""
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def class_secret(root: Path) -> bytes:
    """Return the instructor's secret, made at first use: it decides the hidden checks' inputs."""
    path = root / "class" / "secret.key"
    if not path.is_file():
        write_atomic(path, secrets.token_hex(32).encode(), 0o600)
    return path.read_bytes()


def content_hash(parts: Mapping[str, bytes]) -> str:
    """Return one hash of named parts."""
    digest = hashlib.sha256()
    for name in sorted(parts):
        digest.update(f"{len(name)}:{name}:{len(parts[name])}:".encode("utf-8", "replace") + parts[name])
    return digest.hexdigest()


def handed_in_hash(notebooks: Mapping[str, bytes], files: Mapping[str, bytes]) -> str:
    """Return one hash of what was handed in. A file may have a notebook's name: it must not stand in for it."""
    parts = {f"notebook/{name}": data for name, data in notebooks.items()}
    return content_hash(parts | {f"file/{name}": data for name, data in files.items()})


def submission_seed(root: Path, assignment: str, student: str, content: str) -> str:
    """Return the seed of a submission's hidden inputs: always the same for the same work of the same learner."""
    text = "\0".join((assignment, student, content)).encode("utf-8", "replace")
    return hmac.digest(class_secret(root), text, "sha256").hex()[:32]


@contextlib.contextmanager
def only_grader(root: Path) -> Iterator[None]:
    """Hold the class folder for one grader. Raises CourseError if another one is at work."""
    path = root / "class" / "grading.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # Windows
            pass
        except OSError as error:
            file.seek(0)
            who = file.read().strip() or "unknown"
            raise CourseError(
                f"Another grader is at work in {root / 'class'} (process {who}): wait for it, or stop it."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


# --- records ------------------------------------------------------------------------------------------------


def record_path(root: Path, assignment: str, student: str) -> Path:
    return root / "class" / "records" / assignment / f"{student}.json"


@dataclass(frozen=True)
class Record:
    """What is known of a submission that was graded: the key of all that decided it, and the key's parts by name."""

    key: str
    outcome: Outcome
    parts: dict[str, str] = field(default_factory=dict)


def save_record(
    root: Path, assignment: str, outcome: Outcome, key: str, parts: Mapping[str, str] | None = None
) -> None:
    """Write the record of a submission; from then on it counts as graded."""
    fields = {"key": key, "parts": dict(parts or {}), "outcome": asdict(outcome)}
    data = json.dumps(fields, indent=1, ensure_ascii=True) + "\n"
    write_atomic(record_path(root, assignment, outcome.student), data.encode())


def load_record(path: Path) -> Record | None:
    """Return a record, or None if there is no readable one."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        fields: dict[str, Any] = data["outcome"]
        fields["checks"] = {
            name: [CheckResult(**check) for check in checks] for name, checks in fields["checks"].items()
        }
        fields["waiting"], fields["flags"] = tuple(fields["waiting"]), tuple(fields["flags"])
        return Record(str(data["key"]), Outcome(**fields), dict(data.get("parts", {})))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def load_outcomes(root: Path, assignment: str) -> list[Outcome]:
    """Return the outcome of every submission of a lab that was graded or refused, by learner."""
    folder = root / "class" / "records" / assignment
    found = (load_record(path) for path in sorted(folder.glob("*.json")))
    return [record.outcome for record in found if record is not None]


# --- the gradebook ------------------------------------------------------------------------------------------


class Book:
    """The gradebook, open for one run."""

    def __init__(self, gradebook: Gradebook, config: Config) -> None:
        self.gradebook = gradebook
        self.rule = penalty_rule(config)
        remember_answers(gradebook)

    def close(self) -> None:
        self.gradebook.close()

    def write(
        self, assignment: str, student: str, time_stamp: datetime | None, scores: Mapping[str, Graded | None]
    ) -> None:
        """Put the scores of one submission into the gradebook: None for a notebook that was not handed in.

        Marks that a person gave stay. Raises CourseError if somebody else keeps the gradebook locked.
        """
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._put(self._submission(assignment, student), time_stamp, scores)
                self.gradebook.db.commit()
                return
            except OperationalError as error:
                self.gradebook.db.rollback()
                if "locked" not in str(error) or time.monotonic() > deadline:
                    said = str(error.orig)
                    raise CourseError(
                        f"The gradebook can't be written: {said}. Grading can go on later."
                    ) from error
                time.sleep(0.2)
            except BaseException:
                self.gradebook.db.rollback()
                raise

    def preview(
        self,
        assignment: str,
        student: str,
        time_stamp: datetime | None,
        scores: Mapping[str, Graded | None],
        order: Order,
    ) -> Points:
        """Return what `write` would make of the points of a submission that is there, and write nothing."""
        try:
            self._put(self.gradebook.find_submission(assignment, student), time_stamp, scores)
            return self.points(assignment, student, order)
        finally:
            self.gradebook.db.rollback()

    def _submission(self, assignment: str, student: str) -> SubmittedAssignment:
        book = self.gradebook
        try:
            return book.find_submission(assignment, student)
        except MissingEntry:
            book.update_or_create_student(student)
            return book.add_submission(assignment, student)

    def _put(
        self,
        submission: SubmittedAssignment,
        time_stamp: datetime | None,
        scores: Mapping[str, Graded | None],
    ) -> None:
        book = self.gradebook
        submission.timestamp = time_stamp
        for notebook in submission.notebooks:
            if notebook.name not in scores:
                continue
            found = scores[notebook.name]
            answers = answers_in(json.loads(found.text)) if found else {}
            grades = self._parts(Grade, notebook)
            for grade in grades:
                grade.auto_score = found.scores.get(grade.cell.name) if found else 0.0
            with book.db.no_autoflush:
                keep_marks(book, [(grade, answers.get(grade.cell.name, NO_ANSWER)) for grade in grades])
            for comment in self._parts(Comment, notebook) if found else ():
                empty = found.unanswered.get(comment.cell.name, False) if found else False
                comment.auto_comment = "No response." if empty else None
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
        settle(book, self.rule, [submission])

    def _parts(self, kind: type[Part], notebook: SubmittedNotebook) -> list[Part]:
        """A notebook's grades or comments as the gradebook holds them now, with their cells: in one query."""
        self.gradebook.db.flush()
        query = select(kind).where(kind.notebook_id == notebook.id).options(joinedload(kind.cell))
        if kind is Grade:
            query = query.options(undefer(Grade.max_score))
        return list(self.gradebook.db.scalars(query.execution_options(populate_existing=True)))

    def settle(self, assignment: str) -> None:
        """Compute the late penalties of a lab anew: a person may have given points since."""
        settle(self.gradebook, self.rule, self.gradebook.assignment_submissions(assignment))
        self.gradebook.db.commit()

    def has_grades(self, assignment: str, student: str) -> bool:
        """Return whether anything of a submission was graded before, by whatever or whomever."""
        try:
            submission = self.gradebook.find_submission(assignment, student)
        except MissingEntry:
            return False
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        return any((grade.auto_score, grade.manual_score) != (None, None) for grade in grades)

    def points(self, assignment: str, student: str, order: Order) -> Points:
        """Return points, maximum and what waits for a person, by exercise in the instructor's order."""
        found = Points()
        try:
            submission = self.gradebook.find_submission(assignment, student)
        except MissingEntry:
            return found
        for notebook in submission.notebooks:
            places = order.get(notebook.name, {})
            grades = {grade.cell.name: grade for grade in self._parts(Grade, notebook)}
            for name in sorted(grades, key=lambda name: (places.get(name, len(places)), name)):
                grade = grades[name]
                if not grade.max_score:
                    continue
                exercise = name.removeprefix("grade_")
                exercise = f"{notebook.name}:{exercise}" if exercise in found.max_points else exercise
                found.points[exercise] = float(grade.score or 0.0)
                found.max_points[exercise] = float(grade.max_score)
                if grade.needs_manual_grade:
                    found.waiting += (exercise,)
            found.penalty += float(notebook.late_submission_penalty or 0.0)
        return found


@dataclass
class Points:
    """What the gradebook holds for a submission; see `Outcome`."""

    points: dict[str, float] = field(default_factory=dict)
    max_points: dict[str, float] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    penalty: float = 0.0

    def into(self, outcome: Outcome) -> Outcome:
        """Return an outcome with these points."""
        return replace(outcome, **vars(self))


Order = Mapping[str, Mapping[str, int]]  # notebook -> grade_id -> place
