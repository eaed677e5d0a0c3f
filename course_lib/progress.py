"""What a learner has done so far, lesson by lesson: a lesson counts when its lab and its packet task are done."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError
from course_lib.workspace import Workspace

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class Progress:
    """One lesson: quiz answers right of all, where its lab and its packet task stand."""

    number: str
    title: str
    quiz_right: int
    quiz_questions: int
    lab: str  # "", "fetched", "handed in" or "feedback"
    sealed: bool

    @property
    def done(self) -> bool:
        """The completion standard: handed in and sealed; reading and quiz are for the learner."""
        return self.lab in ("handed in", "feedback") and self.sealed

    def next_step(self) -> str:
        """What to do next in this lesson, as one sentence; "" if nothing is left."""
        if self.done:
            return ""
        if not self.lab:
            return f"read lesson {self.number} (course lab --lesson {self.number}), then course start {self.number}."
        if not self.sealed:
            return f"do lab {self.number} and seal its packet task (packet.ipynb beside the lab)."
        return f"hand in lab {self.number} (course submit {self.number})."


def read_progress(workspace: Workspace, learner: str) -> list[Progress]:
    """Return where `learner` stands in each lesson of the clone.

    Raises:
        CourseError: work/progress.json or the packet's lock cannot be read.
    """
    quizzes = _json(workspace.work / "progress.json").get("quizzes", {})
    sealed = {
        entry.get("lesson")
        for entry in _json(workspace.work / "packet" / "packet.lock.json").get("entries", [])
    }
    found = []
    for notebook in workspace.lesson_notebooks():
        name, number = notebook.stem, notebook.name[:2]
        bank = workspace.root / "assessments" / "quizzes" / f"{number}.yaml"
        asked = (
            set(re.findall(r"^  - id: (\S+)", bank.read_text(encoding="utf-8"), re.MULTILINE))
            if bank.is_file()
            else set()
        )
        answers = quizzes.get(number, {})
        found.append(
            Progress(
                number,
                _title(notebook),
                sum(bool(answers.get(id, {}).get("right")) for id in asked),
                len(asked),
                _lab_state(workspace, name, learner),
                number in sealed,
            )
        )
    return found


def progress_table(rows: list[Progress]) -> Table:
    """Return the table for a terminal."""
    from rich.table import Table

    table = Table("", "lesson", "quiz", "lab", "packet", "done")
    for row in rows:
        quiz = f"{row.quiz_right} of {row.quiz_questions}" if row.quiz_questions else "-"
        table.add_row(
            row.number,
            row.title,
            quiz,
            row.lab or "not fetched",
            "sealed" if row.sealed else "open",
            "yes" if row.done else "",
        )
    return table


def _lab_state(workspace: Workspace, lab: str, learner: str) -> str:
    if (workspace.classroom / "feedback" / learner / lab / "lab.html").is_file():
        return "feedback"
    handed_in = [
        *workspace.work.glob(f".submitted/*/{learner}+{lab}+*"),  # nbgrader's record on the learner's side
        *workspace.classroom.glob(f"submitted/{learner}/{lab}"),  # on Windows there is no exchange
    ]
    if handed_in:
        return "handed in"
    return "fetched" if (workspace.work / lab / "lab.ipynb").is_file() else ""


def _title(notebook: Path) -> str:
    """The heading of a lesson without its number."""
    cells = _json(notebook)["cells"]
    heading = "".join(cells[0]["source"]).splitlines()[0]
    return re.sub(r"^# (\d\d · )?", "", heading)


def _json(path: Path) -> dict[str, Any]:
    """A JSON file's content, {} if there is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CourseError(f"Cannot read {path}: {error}.") from error
    if not isinstance(data, dict):
        raise CourseError(f"Cannot read {path}: it holds no record.")
    return data
