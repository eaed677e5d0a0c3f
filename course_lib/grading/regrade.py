"""Grading again what has a grade already: what would change is computed, shown and confirmed before it is written.

Results that would replace a grade wait in class/pending/<lab>/, one file each, so a class does not fill the memory and
a run that is killed, or stopped at the question, goes on from there. What waits is used only while everything that
decided it is the same (`key`).
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.clean import one_line
from course_lib.errors import CourseError
from course_lib.grading.record import GRADED, Outcome, write_atomic
from course_lib.grading.task import Result

# What decides a grade, in the order in which a reader would ask, and how to say that it is another one.
WHY = {
    "answer": "new answer",
    "check": "changed check",
    "due": "changed due date or late rule",
    "limits": "changed limits",
    "grader": "new grader version",
}


class NotConfirmedError(CourseError):
    """Grades would have changed, and nobody said yes."""


@dataclass(frozen=True)
class Change:
    """One learner's grade before and after, and why it differs."""

    before: Outcome
    after: Outcome
    why: str

    @property
    def matters(self) -> bool:
        """Whether the learner ends with other points, or with a hand-in that can no longer be graded."""
        lost = self.before.status == GRADED != self.after.status
        return lost or abs(self.after.final - self.before.final) > 1e-6

    def line(self) -> str:
        """`ada: 94 -> 90 (-4), changed check`."""
        moved = self.after.final - self.before.final
        new = f"-> {self.after.final:g} ({moved:+g})" if abs(moved) > 1e-6 else "stays"
        line = f"{one_line(self.after.student)}: {self.before.final:g} {new}, {self.why}"
        if self.after.status == GRADED:
            return line
        return f"{line}; not or not wholly graded: {one_line(self.after.reason)}"


def reasons(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Say why a submission is graded again: which parts of its key are others than `before`."""
    if not before:
        return "graded by an older version"
    found = [said for part, said in WHY.items() if before.get(part) != now.get(part)]
    if not found and before.get("time") != now.get("time"):
        return "handed in again, the same answer"
    return " and ".join(found) or "graded again, nothing else changed"


def summary(changes: Sequence[Change]) -> list[str]:
    """What a person should read before the grades of a class change, a line each."""
    up = sum(change.after.final > change.before.final for change in changes)
    down = sum(change.after.final < change.before.final for change in changes)
    head = (
        f"{len(changes)} {'grade changes' if len(changes) == 1 else 'grades change'}: {up} up, {down} down."
    )
    return [head, *(f"  {change.line()}" for change in changes)]


class Pending:
    """Results of one lab that wait for a yes."""

    def __init__(self, root: Path, assignment: str) -> None:
        self.folder = root / "class" / "pending" / assignment

    def save(self, key: str, result: Result) -> None:
        """Keep a result until it is confirmed."""
        fields, parts = result.message()
        files = [base64.b64encode(part).decode() for part in parts]
        data = json.dumps({"key": key, "result": fields, "parts": files})
        write_atomic(self._path(result.student), data.encode(), 0o600)

    def load(self, student: str, key: str) -> Result | None:
        """Return what waits for a learner, if it came of the same `key`."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            data = json.loads(self._path(student).read_text(encoding="utf-8"))
            if data["key"] == key:
                return Result.read((data["result"], [base64.b64decode(part) for part in data["parts"]]))
        return None

    def drop(self, student: str) -> None:
        """Forget what waits for a learner."""
        self._path(student).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def clear(self) -> None:
        """Forget all of the lab."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, student: str) -> Path:
        return self.folder / f"{student}.json"
