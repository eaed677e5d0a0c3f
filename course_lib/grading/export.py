"""Grades for other systems: Canvas and Moodle import files, and nbgrader's own CSV.

A learner without a graded submission has an empty cell, never a 0: what a missing lab is worth is not decided here.
A late penalty is taken off, as nbgrader's own export does.

A name is text that a learner may have chosen, and these files are opened in spreadsheets: `clean.cell` takes out what
acts and puts an apostrophe before what looks like a formula. Both systems find a learner by login, number or address
and only show the name, so nothing is lost. A login or address that would have to be changed is left out and told,
because changed it would point at somebody else.

Canvas knows an assignment by the number in its column's heading, `Lab 02 (4711)`. With Canvas' own export as `roster`
the headings and all who are in the course come from there; `class/canvas-columns.yaml` names headings that are not
called like the lab.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from course_lib.clean import cell, one_line
from course_lib.errors import CourseError
from course_lib.grading.classroom import _config, _database_problems, _gradebook
from course_lib.grading.marks import penalty_rule, settle
from course_lib.grading.record import NOT_GRADED, load_outcomes, write_atomic

FORMATS = ("canvas", "moodle", "csv")
COLUMNS = "canvas-columns.yaml"  # in class/: lab -> the heading of its column in Canvas

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


def unchanged(value: str) -> bool:
    """Whether a value may stand in a cell as it is."""
    return cell(value) == value


def read_grades(root: Path, labs: Sequence[str] = ()) -> Grades:
    """What the gradebook holds for `labs` (default: every lab that it knows).

    Raises:
        CourseError: nothing was graded yet, or a lab that is named was not.
    """
    if not (root / "class").is_dir():
        raise CourseError("Nothing was graded yet: run `course grade NN` first.")
    with _database_problems(), _gradebook(root) as gradebook:
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
        grades = Grades([], {lab: known[lab] for lab in labs or sorted(known)})
        rule = penalty_rule(_config(root))
        for lab in grades.max_scores:
            submissions = gradebook.assignment_submissions(lab)
            settle(gradebook, rule, submissions)
            gradebook.db.commit()
            waiting = []
            for submission in submissions:
                penalty = submission.late_submission_penalty or 0.0
                learners[submission.student_id].scores[lab] = max(0.0, submission.score - penalty)
                if submission.needs_manual_grade:
                    waiting.append(submission.student_id)
            refused = [
                outcome.student for outcome in load_outcomes(root, lab) if outcome.status == NOT_GRADED
            ]
            learners |= {name: Learner(name) for name in refused if name not in learners}
            grades.notes += _listed(lab, "text waits for a person, the points so far are exported", waiting)
            grades.notes += _listed(lab, "handed in, but not or not wholly graded", refused)
    grades.learners = [learners[name] for name in sorted(learners)]
    return grades


def _listed(lab: str, what: str, names: Sequence[str]) -> list[str]:
    return [f"{lab}: {what}: {', '.join(map(one_line, sorted(names)))}."] if names else []


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
        if not unchanged(learner.id):
            grades.notes.append(
                f"{one_line(learner.id)!r} is left out: this login is not safe in a spreadsheet."
            )
            continue
        for name in ("email", "lms_user_id"):
            if not unchanged(getattr(learner, name)):
                grades.notes.append(f"{learner.id}: {name} is left out, it is not safe in a spreadsheet.")
                setattr(learner, name, "")
        yield learner


@dataclass
class Roster:
    """Canvas' own export of its gradebook: the columns, and a row for each member, by the names of the columns."""

    headings: list[str] = field(default_factory=list)
    members: list[dict[str, str]] = field(default_factory=list)


def read_roster(path: Path) -> Roster:
    """Read what Canvas exports (Gradebook, Export). Raises CourseError if the file is something else."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file, restval=""))
    except (OSError, UnicodeError, csv.Error) as error:
        raise CourseError(f"{path} can't be read as Canvas' export ({type(error).__name__}).") from error
    headings = [name for name in (rows[0] if rows else {}) if name]
    if not {"Student", "ID"} <= set(headings):
        raise CourseError(f"{path} is no export of Canvas' gradebook: it has no columns Student and ID.")
    # Before the members there are rows of Canvas' own, without a number: points possible, manual posting.
    return Roster(headings, [row for row in rows if row["ID"].strip()])


def canvas_headings(root: Path, labs: Iterable[str], roster: Roster) -> dict[str, str]:
    """The heading of each lab's column, with Canvas' number of the assignment where it is known."""
    path = root / "class" / COLUMNS
    named: dict[str, str] = {}
    if path.exists():
        try:
            named = dict(YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {})
        except (OSError, ValueError, TypeError, YAMLError) as error:
            raise CourseError(f"{path} can't be read: lines such as `02-slug: Lab 02 (4711)`.") from error
    known = {re.sub(r" \(\d+\)$", "", heading): heading for heading in roster.headings}
    return {lab: str(named.get(lab) or known.get(lab) or lab) for lab in labs}


def canvas(grades: Grades, headings: Mapping[str, str] | None = None, roster: Roster | None = None) -> str:
    """Canvas' gradebook import: the row "Points Possible", then a row per learner.

    `ID` is Canvas' own number (nbgrader's lms_user_id), `SIS Login ID` the learner's login. A column whose name is
    no assignment of the course makes a new one. With a roster there is a row for each of its members and no other.
    """
    columns = [(headings or {}).get(lab, lab) for lab in grades.max_scores]
    rows = [[*CANVAS, *map(cell, columns)]]
    rows.append(["    Points Possible", "", "", "", "", *map(_points, grades.max_scores.values())])
    learners = list(_identified(grades))
    found: list[tuple[list[str], Mapping[str, float]]]
    if roster is None:
        found = [([cell(one.name), one.lms_user_id, "", one.id, ""], one.scores) for one in learners]
    else:
        found = _members(grades, learners, roster)
    for who, scores in found:
        rows.append([*who, *(_points(scores.get(lab)) for lab in grades.max_scores)])
    return _table(rows)


def _members(
    grades: Grades, learners: Sequence[Learner], roster: Roster
) -> list[tuple[list[str], Mapping[str, float]]]:
    """A row's first cells and the scores of each member of the roster; who is not in it is told."""
    left = {learner.id: learner for learner in learners}
    by_number = {learner.lms_user_id: learner.id for learner in learners if learner.lms_user_id}
    found: list[tuple[list[str], Mapping[str, float]]] = []
    without = []
    for member in roster.members:
        number, login = member["ID"].strip(), member.get("SIS Login ID", "").strip()
        learner = left.pop(by_number.get(number, login), None)
        if learner is None or not learner.scores:
            without.append(login or number)
        who = [cell(member.get(name, "")) for name in CANVAS]
        found.append((who, learner.scores if learner else {}))
    if without:
        grades.notes.append(f"No grade for {', '.join(map(one_line, without))}: their cells are empty.")
    if left:
        grades.notes.append(f"Not in Canvas' roster, and left out: {', '.join(left)}.")
    return found


def moodle(grades: Grades) -> str:
    """Moodle's CSV import: map "Username", "ID number" (lms_user_id) or "Email address" to the user, labs to grades."""
    rows = [[*MOODLE, *grades.max_scores]]
    for learner in _identified(grades):
        scores = [_points(learner.scores.get(lab)) for lab in grades.max_scores]
        who = [
            learner.id,
            learner.lms_user_id,
            learner.email,
            cell(learner.first_name),
            cell(learner.last_name),
        ]
        rows.append([*who, *scores])
    return _table(rows)


def nbgrader_csv(root: Path, grades: Grades) -> str:
    """What `nbgrader export` writes. Its plugin quotes nothing, so it is given names that are safe and quoted."""
    from nbgrader.plugins import CsvExportPlugin

    def quoted(value: str | None) -> str:
        return _table([[cell(value)]]).rstrip("\n") if value else ""

    with _gradebook(root) as gradebook:
        students = [
            SimpleNamespace(
                id=s.id, **{name: quoted(getattr(s, name)) for name in ("first_name", "last_name", "email")}
            )
            for s in gradebook.students
            if unchanged(s.id)
        ]
        shown: Any = SimpleNamespace(
            assignments=gradebook.assignments, students=students, find_submission=gradebook.find_submission
        )
        with tempfile.TemporaryDirectory() as folder:
            plugin = CsvExportPlugin(to=str(Path(folder) / "grades.csv"), assignment=list(grades.max_scores))
            plugin.export(shown)
            return Path(plugin.to).read_text(encoding="utf-8")


def export_grades(
    root: Path,
    kind: str,
    labs: Sequence[str] = (),
    out: Path | None = None,
    force: bool = False,
    roster: Path | None = None,
) -> tuple[Path, list[str]]:
    """Write the grades of `labs` (default: all) for `kind`; return the file and what a person should know.

    Args:
        root: the course folder.
        kind: one of FORMATS.
        labs: names such as "02-how-ai-models-work".
        out: the file; class/grades-<kind>.csv by default.
        force: overwrite a file that is there.
        roster: Canvas' own export of its gradebook, for format canvas.

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
    if roster is not None and kind != "canvas":
        raise CourseError("--roster is Canvas' export: it goes with --format canvas.")
    members = read_roster(roster) if roster is not None else None
    grades = read_grades(root, labs)
    if kind == "canvas":
        headings = canvas_headings(root, grades.max_scores, members or Roster())
        content = canvas(grades, headings, members)
        new = [lab for lab, heading in headings.items() if heading == lab]
        if new and members is not None:
            grades.notes.append(
                f"Canvas has no column for {', '.join(new)} and will make one; name it in class/{COLUMNS}."
            )
    else:
        content = moodle(grades) if kind == "moodle" else nbgrader_csv(root, grades)
    write_private(path, content)
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
