"""What a submission is on its way through grading: the task that goes out, and the result that comes back.

Plain data, so that the work can be done in another process or on another machine; read back from JSON and bytes
only, since the process that made a result has handled a stranger's notebook.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from course_lib.grading.checks import CheckResult

Tree = Any
Message = tuple[Tree, list[bytes]]


def at(moment: datetime | None) -> str:
    """Return a moment as a task carries it."""
    return moment.isoformat() if moment else ""


@dataclass(frozen=True)
class Settings:
    """How a submission runs."""

    # Seconds of a submission's own: what it computes or sleeps, not what it waits on a busy machine (meter.py).
    limit: float = 30.0  # for one cell, and for all hangs of a notebook together
    cells: float = 120.0  # for all cells of a notebook together; later ones of the learner's own do not run
    total: float = 120.0  # for the checks of one notebook, which cells can't use up
    trust: bool = False  # no sandbox


@dataclass(frozen=True)
class Task:
    """One submission to grade: everything that is needed for it."""

    student: str
    instructor: dict[
        str, str
    ]  # notebook's name -> the instructor's notebook, prepared (prepared.py), as text
    submitted: dict[str, bytes]
    files: dict[str, bytes]  # what lies beside the notebooks
    secret: str  # decides the inputs of the hidden checks
    settings: Settings
    handed_in: str = ""  # when, in ISO format: the clock of everything that grading looks at

    @property
    def moment(self) -> datetime | None:
        """When it was handed in; None if nobody knows."""
        return datetime.fromisoformat(self.handed_in) if self.handed_in else None

    def message(self) -> Message:
        """Return the task as JSON and bytes."""
        fields = {"student": self.student, "instructor": self.instructor, "secret": self.secret}
        fields["handed_in"] = self.handed_in
        names = {"submitted": list(self.submitted), "files": list(self.files)}
        settings = {"settings": asdict(self.settings)}
        return {**fields, **names, **settings}, [*self.submitted.values(), *self.files.values()]

    @classmethod
    def read(cls, message: Message) -> Task:
        """Return the task that `message` made."""
        data, parts = message
        split = len(data["submitted"])
        submitted = dict(zip(data["submitted"], parts[:split], strict=True))
        files = dict(zip(data["files"], parts[split:], strict=True))
        settings = Settings(**data["settings"])
        student, instructor, secret = data["student"], data["instructor"], data["secret"]
        return cls(student, instructor, submitted, files, secret, settings, data["handed_in"])


@dataclass
class Graded:
    """What came of one notebook."""

    text: str = ""  # the notebook with its outputs
    scores: dict[str, float | None] = field(default_factory=dict)  # by grade_id; None: a person decides
    unanswered: dict[str, bool] = field(default_factory=dict)  # by grade_id of the learner's cells
    checks: dict[str, list[CheckResult]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # what a grader should know
    traces: list[str] = field(default_factory=list)  # of checks that failed for reasons of their own
    files: dict[str, bytes] = field(default_factory=dict)  # the packet that the check saw
    problem: str = ""  # why it could not be graded


@dataclass
class Result:
    """What came of one task."""

    student: str
    notebooks: dict[str, Graded]
    seconds: float = 0.0
    lost: bool = False  # by no fault of the submission's: worth another try

    @classmethod
    def failed(cls, task: Task, problem: str, seconds: float = 0.0, lost: bool = False) -> Result:
        """Return the result for a submission of which no notebook could be graded."""
        notebooks = {name: Graded(problem=problem) for name in task.submitted}
        return cls(task.student, notebooks, seconds, lost)

    def message(self) -> Message:
        """Return the result as JSON and bytes."""
        notebooks: dict[str, Tree] = {}
        parts: list[bytes] = []
        for name, graded in self.notebooks.items():
            notebooks[name] = {**asdict(graded), "files": list(graded.files)}
            parts += graded.files.values()
        return {"student": self.student, "notebooks": notebooks, "seconds": self.seconds}, parts

    @classmethod
    def read(cls, message: Message) -> Result:
        """Return the result that `message` made."""
        data, parts = message
        rest = iter(parts)
        notebooks = {}
        for name, fields in data["notebooks"].items():
            fields["files"] = {path: next(rest) for path in fields["files"]}
            fields["checks"] = {
                key: [CheckResult(**c) for c in checks] for key, checks in fields["checks"].items()
            }
            notebooks[name] = Graded(**fields)
        return cls(data["student"], notebooks, data["seconds"])
