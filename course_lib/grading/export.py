"""Grades for other systems: Canvas and Moodle import files, and nbgrader's own CSV.

A learner without a graded submission has an empty cell, never a 0: what a missing lab is worth is not decided here.
A late penalty is taken off, as nbgrader's own export does.

A name is text that a learner may have chosen, and these files are opened in spreadsheets: a name that starts like a
formula (=, +, -, @) gets an apostrophe in front. Both systems find a learner by login, number or address and only
show the name, so nothing is lost. A login or address that starts so is left out and told, because it could not be
changed without pointing at somebody else.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from course_lib.errors import CourseError
from course_lib.grading.classroom import _gradebook
from course_lib.grading.record import write_atomic

FORMATS = ("canvas", "moodle", "csv")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

CANVAS = (
    "Student",
    "ID",
    "SIS User ID",
    "SIS Login ID",
    "Section",
)  # the columns and the order that Canvas asks for
MOODLE = ("Username", "ID number", "Email address", "First name", "Surname")


@dataclass
class Learner:
    """A learner as the gradebook knows one; all but `id` may be empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`Last, First`, or the id if no name is known."""
        return ", ".join(part for part in (self.last_name, self.first_name) if part) or self.id


@dataclass
class Grades:
    """The class: learners in order of their ids, maximum points by lab, and what a person should know."""

    learners: list[Learner]
    max_scores: dict[str, float]
    notes: list[str] = field(default_factory=list)


def text(value: str) -> str:
    """A text cell that no spreadsheet takes for a formula, on one line."""
    line = " ".join(value.split())
    return f"'{line}" if value.startswith(FORMULA) or line.startswith(FORMULA) else line


def read_grades(root: Path, labs: Sequence[str] = ()) -> Grades:
    """What the gradebook holds for `labs` (default: every lab that it knows).

    Raises:
        CourseError: nothing was graded yet, or a lab that is named was not.
    """
    if not (root / "class").is_dir():
        raise CourseError("Nothing was graded yet: run `course grade NN` first.")
    with _gradebook(root) as gradebook:
        known = {assignment.name: float(assignment.max_score) for assignment in gradebook.assignments}
        missing = [lab for lab in labs if lab not in known]
        if missing or not known:
            raise CourseError(
                f"{missing[0] if missing else 'Nothing'} was graded yet: run `course grade NN` first."
            )
        learners = {
            student.id: Learner(
                student.id,
                student.first_name or "",
                student.last_name or "",
                student.email or "",
                student.lms_user_id or "",
            )
            for student in gradebook.students
        }
        grades = Grades(
            [learners[name] for name in sorted(learners)], {lab: known[lab] for lab in labs or sorted(known)}
        )
        for lab in grades.max_scores:
            waiting = 0
            for submission in gradebook.assignment_submissions(lab):
                penalty = submission.late_submission_penalty or 0.0
                learners[submission.student_id].scores[lab] = max(0.0, submission.score - penalty)
                waiting += bool(submission.needs_manual_grade)
            if waiting:
                grades.notes.append(
                    f"{lab}: {waiting} of {len(learners)} learners have text that waits for a person; "
                    "their points so far are exported."
                )
    return grades


def _points(value: float | None) -> str:
    return "" if value is None else f"{round(value, 2):g}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV; all cells are text that was made safe before."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _identified(grades: Grades) -> Iterator[Learner]:
    """The learners whose login may stand in a cell; addresses and numbers that may not are emptied."""
    for learner in grades.learners:
        if learner.id.startswith(FORMULA):
            grades.notes.append(
                f"{learner.id!r} is left out: a spreadsheet would take this login for a formula."
            )
            continue
        for name in ("email", "lms_user_id"):
            if getattr(learner, name).startswith(FORMULA):
                grades.notes.append(
                    f"{learner.id}: {name} is left out, a spreadsheet would take it for a formula."
                )
                setattr(learner, name, "")
        yield learner


def canvas(grades: Grades) -> str:
    """Canvas' gradebook import: the row "Points Possible", then a row per learner.

    `ID` is Canvas' own number (nbgrader's lms_user_id), `SIS Login ID` the learner's login. A column whose name is
    no assignment of the course makes a new one.
    """
    rows = [[*CANVAS, *grades.max_scores]]
    rows.append(["    Points Possible", "", "", "", "", *map(_points, grades.max_scores.values())])
    for learner in _identified(grades):
        scores = [_points(learner.scores.get(lab)) for lab in grades.max_scores]
        rows.append([text(learner.name), learner.lms_user_id, "", learner.id, "", *scores])
    return _table(rows)


def moodle(grades: Grades) -> str:
    """Moodle's CSV import: map "Username", "ID number" (lms_user_id) or "Email address" to the user, labs to grades."""
    rows = [[*MOODLE, *grades.max_scores]]
    for learner in _identified(grades):
        scores = [_points(learner.scores.get(lab)) for lab in grades.max_scores]
        who = [
            learner.id,
            learner.lms_user_id,
            learner.email,
            text(learner.first_name),
            text(learner.last_name),
        ]
        rows.append([*who, *scores])
    return _table(rows)


def nbgrader_csv(root: Path, grades: Grades) -> str:
    """What `nbgrader export` writes. Its plugin quotes nothing, so it is given names that are safe and quoted."""
    from nbgrader.plugins import CsvExportPlugin

    def quoted(value: str | None) -> str:
        return _table([[text(value)]]).rstrip("\n") if value else ""

    with _gradebook(root) as gradebook:
        students = [
            SimpleNamespace(
                id=s.id, **{name: quoted(getattr(s, name)) for name in ("first_name", "last_name", "email")}
            )
            for s in gradebook.students
            if not s.id.startswith(FORMULA)
        ]
        shown: Any = SimpleNamespace(
            assignments=gradebook.assignments, students=students, find_submission=gradebook.find_submission
        )
        with tempfile.TemporaryDirectory() as folder:
            plugin = CsvExportPlugin(to=str(Path(folder) / "grades.csv"), assignment=list(grades.max_scores))
            plugin.export(shown)
            return Path(plugin.to).read_text(encoding="utf-8")


def export_grades(
    root: Path, kind: str, labs: Sequence[str] = (), out: Path | None = None, force: bool = False
) -> tuple[Path, list[str]]:
    """Write the grades of `labs` (default: all) for `kind`; return the file and what a person should know.

    Args:
        root: the course folder.
        kind: one of FORMATS.
        labs: names such as "02-how-ai-models-work".
        out: the file; class/grades-<kind>.csv by default.
        force: overwrite a file that is there.

    Raises:
        CourseError: an unknown format, nothing graded, a file that is there already, or one that cannot be written.
    """
    if kind not in FORMATS:
        raise CourseError(f"There is no format {kind!r}: choose from {', '.join(FORMATS)}.")
    path = out or root / "class" / f"grades-{kind}.csv"
    if path.exists() and not force:
        raise CourseError(
            f"{path} exists already: name another file with --out, or overwrite it with --force."
        )
    grades = read_grades(root, labs)
    make = {"canvas": canvas, "moodle": moodle, "csv": lambda found: nbgrader_csv(root, found)}
    write_private(path, make[kind](grades))
    return path, grades.notes


def write_private(path: Path, content: str) -> None:
    """Write a whole text file or none, readable for its owner only: it holds names and grades.

    Raises:
        CourseError: it cannot be written.
    """
    try:
        write_atomic(path, content.encode(), mode=0o600)
    except OSError as error:
        raise CourseError(f"Cannot write {path}: {error.strerror}.") from error
