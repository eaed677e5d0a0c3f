"""Marks that a person gave, and the late penalty that follows from all points.

A mark belongs to the answer that it was given for. The gradebook keeps both hashes beside each grade, in a table of
our own (`course_answer`), so they are written in one transaction with the scores and are in every backup: `shown` is
the answer that a grader sees in the formgrader now, `marked` the one that the mark was given for. Grading again, a
changed check and a changed due date leave a mark alone; a changed answer asks again and shows the old mark.

A penalty may depend on the points, and a person gives points when grading is long over: so it is computed anew
wherever points are read (`settle`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Grade, Gradebook, SubmittedAssignment
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from sqlalchemy import Column, MetaData, String, Table, delete, insert, select
from traitlets.config import Config

from course_lib.clean import one_line
from course_lib.errors import CourseError

ANSWERS = Table(
    "course_answer",
    MetaData(),
    Column("grade_id", String(32), primary_key=True),
    Column("shown", String(64), nullable=False),
    Column("marked", String(64)),
)
NO_ANSWER = hashlib.sha256(b"").hexdigest()  # the notebook was not handed in


def answers_in(nb: Mapping[str, Any]) -> dict[str, str]:
    """Return the hash of the answer behind each grade of a notebook, by grade_id: text and pasted pictures.

    A text that a person reads is its own answer; a check's answer is in the solution cells before it.
    """
    found: dict[str, str] = {}
    before: list[Any] = []
    for cell in nb["cells"]:
        settings = cell["metadata"].get("nbgrader") or {}
        written = [cell["source"].strip(), cell.get("attachments") or {}]
        if settings.get("solution") and not settings.get("grade"):
            before.append(written)
        elif settings.get("grade") and settings.get("points"):
            parts = [written] if settings.get("solution") else before
            found[settings["grade_id"]] = hashlib.sha256(
                json.dumps(parts, sort_keys=True).encode()
            ).hexdigest()
            before = []
    return found


def remember_answers(book: Gradebook) -> None:
    """Make the table of answers where it is missing."""
    ANSWERS.create(book.db.get_bind(), checkfirst=True)


def keep_marks(book: Gradebook, answers: Iterable[tuple[Grade, str]]) -> None:
    """Decide which grades wait for a person, now that these are the learner's answers; commit is the caller's.

    A mark from before the table was made counts as given for the present answer.
    """
    pairs = list(answers)
    mine = ANSWERS.c.grade_id.in_([grade.id for grade, _ in pairs])
    known = {row.grade_id: (row.shown, row.marked) for row in book.db.execute(select(ANSWERS).where(mine))}
    rows = []
    for grade, answer in pairs:
        shown, marked = known.get(grade.id, (answer, None))
        if grade.manual_score is None:
            marked = None
        elif not grade.needs_manual_grade:  # a person gave it, or left it, since the last grading
            marked = shown
        grade.needs_manual_grade = (
            marked != answer if grade.manual_score is not None else grade.auto_score is None
        )
        rows.append({"grade_id": grade.id, "shown": answer, "marked": marked})
    if rows:
        book.db.execute(delete(ANSWERS).where(mine))
        book.db.execute(insert(ANSWERS), rows)


class SaveGrades(SaveAutoGrades):
    """What plain `nbgrader autograde` and the formgrader's button write scores with: marks stay there too."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Save a graded notebook's scores."""
        self.answers = answers_in(nb)
        with Gradebook(resources["nbgrader"]["db_url"]) as book:
            remember_answers(book)
        return super().preprocess(nb, resources)

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        grade.auto_score, _ = utils.determine_grade(cell, self.log)
        keep_marks(self.gradebook, [(grade, self.answers.get(name, NO_ANSWER))])
        self.gradebook.db.commit()


# --- the late penalty -----------------------------------------------------------------------------------------


def penalty_rule(config: Config) -> AssignLatePenalties:
    """Return the rule of `nbgrader_config.py` for late hand-ins."""
    rule = AssignLatePenalties(config=config)
    rule.init_plugin()
    return rule


def _penalty(rule: AssignLatePenalties, student: str, score: float, late: float) -> float | None:
    """What being late costs. Raises CourseError for a rule that fails: that is no learner's fault."""
    try:
        penalty: float | None = rule.plugin_inst.late_submission_penalty(student, score, late)
        return penalty if penalty is None else float(penalty)
    except Exception as error:
        name = type(rule.plugin_inst).__name__
        raise CourseError(
            f"The late rule {name} of nbgrader_config.py fails ({type(error).__name__}: {one_line(error, 200)}): "
            "mend it, then grade again."
        ) from error


def settle(book: Gradebook, rule: AssignLatePenalties, submissions: Iterable[SubmittedAssignment]) -> None:
    """Give each submission the penalty that follows from its points as they are now; commit is the caller's.

    A hand-in without a time is left as it is: nobody knows whether it was late.
    """
    book.db.flush()
    for submission in submissions:
        if submission.timestamp is None:
            continue
        late = submission.total_seconds_late
        for notebook in submission.notebooks:
            book.db.refresh(notebook)
            penalty = None
            if late > 0:
                penalty = _penalty(rule, submission.student_id, notebook.score, late)
            notebook.late_submission_penalty = (
                None if penalty is None else rule._check_late_penalty(notebook, penalty)
            )
