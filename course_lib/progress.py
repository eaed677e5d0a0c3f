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

MADE = re.compile(r"^\| you predicted \| (?!\*no prediction yet)", re.MULTILINE)
GOOD = re.compile(r"^\| your guess \| (Right|Close|All right)", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """What to do next: a sentence, the file to open (from the course's root), and the command that does it."""

    sentence: str
    opens: str
    command: str


@dataclass(frozen=True)
class Progress:
    """Where a learner stands in one lesson.

    Attributes:
        name: the lesson's and the lab's name, `NN-slug`.
        cells_run, cells: code cells of the learner's own copy that show a result, and all of them.
        guesses, near: predictions that were made there, and those that were right or close.
        quiz_right, quiz_answered, quiz_questions: answers in the quiz.
        lab: "" (nothing written), "begun", "handed in" or "feedback".
        sealed: whether its packet task is done; `has_packet` says whether there is one.
        feedback: the feedback page, None if there is none.
    """

    name: str
    title: str
    cells_run: int
    cells: int
    guesses: int
    near: int
    quiz_right: int
    quiz_answered: int
    quiz_questions: int
    lab: str
    sealed: bool
    feedback: Path | None = None
    has_packet: bool = True

    @property
    def number(self) -> str:
        return self.name[:2]

    @property
    def done(self) -> bool:
        """The completion standard: handed in and sealed; reading and quiz are for the learner."""
        return self.lab in ("handed in", "feedback") and (self.sealed or not self.has_packet)

    @property
    def read(self) -> bool:
        """Whether the lesson was gone through: its quiz was answered, or nearly every cell was run."""
        answered = self.quiz_questions and self.quiz_answered == self.quiz_questions
        return bool(answered) or (self.cells > 0 and self.cells_run >= 0.9 * self.cells)

    def next_step(self) -> Step | None:
        """What to do next in this lesson; None if nothing is left."""
        number = self.number
        lesson, lab, packet = (
            f"work/lessons/{self.name}.ipynb", f"work/{self.name}/lab.ipynb", f"work/{self.name}/packet.ipynb",
        )  # fmt: skip
        if self.done:
            return None
        if not self.lab and not self.read:
            begun = self.cells_run or self.quiz_answered
            where = f" ({self.cells_run} of {self.cells} cells run so far)" if self.cells_run else ""
            return Step(
                f"{'go on with' if begun else 'read'} lesson {number}{where}",
                lesson,
                f"course lab --lesson {number}",
            )
        if not self.lab:
            return Step(f"do lab {number}", lab, f"course start {number}")
        if self.lab == "begun":
            return Step(f"go on with lab {number} and hand it in", lab, f"course submit {number}")
        return Step(f"do the packet task of lesson {number} and seal it", packet, "course packet seal")


def next_step(rows: list[Progress]) -> Step | None:
    """Return what comes next in the whole course; None if everything is done."""
    return next((step for row in rows if (step := row.next_step()) is not None), None)


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
        asked = _question_ids(workspace, number)
        answers = quizzes.get(number, {})
        page = workspace.classroom / "feedback" / learner / name / "lab.html"
        found.append(
            Progress(
                name,
                _title(notebook),
                *_reading(workspace.work / "lessons" / notebook.name),
                sum(bool(answers.get(id, {}).get("right")) for id in asked),
                sum(id in answers for id in asked),
                len(asked),
                _lab_state(workspace, name, learner),
                number in sealed,
                page if page.is_file() else None,
                (workspace.labs / name / "packet.ipynb").is_file(),
            )
        )
    return found


def progress_table(rows: list[Progress]) -> Table:
    """Return the table for a terminal."""
    from rich.table import Table

    table = Table("", "lesson", "cells run", "guesses", "quiz", "lab", "packet", "done")
    for row in rows:
        table.add_row(
            row.number,
            row.title,
            f"{row.cells_run} of {row.cells}" if row.cells else "-",
            f"{row.guesses}, {row.near} close" if row.guesses else "-",
            f"{row.quiz_right} of {row.quiz_questions} right" if row.quiz_questions else "-",
            row.lab or "not begun",
            "sealed" if row.sealed else "open" if row.has_packet else "-",
            "yes" if row.done else "",
        )
    return table


def _question_ids(workspace: Workspace, number: str) -> set[str]:
    bank = workspace.root / "assessments" / "quizzes" / f"{number}.yaml"
    if not bank.is_file():
        return set()
    return set(re.findall(r"^  - id: (\S+)", bank.read_text(encoding="utf-8"), re.MULTILINE))


def _reading(copy: Path) -> tuple[int, int, int, int]:
    """Cells run, code cells, predictions made, good ones in the learner's copy of a lesson; zeros if there is none."""
    try:
        cells = [cell for cell in _json(copy).get("cells", []) if cell["cell_type"] == "code"]
        shown = [
            "".join(output.get("data", {}).get("text/markdown", ""))
            for cell in cells
            for output in cell["outputs"]
        ]
        run = sum(cell.get("execution_count") is not None for cell in cells)
    except (CourseError, KeyError, TypeError, AttributeError):
        return 0, 0, 0, 0  # a file that is no notebook keeps nobody from learning
    made, good = (sum(bool(kind.search(text)) for text in shown) for kind in (MADE, GOOD))
    return run, len(cells), made, good


def _lab_state(workspace: Workspace, lab: str, learner: str) -> str:
    if (workspace.classroom / "feedback" / learner / lab / "lab.html").is_file():
        return "feedback"
    handed_in = [
        *workspace.work.glob(f".submitted/*/{learner}+{lab}+*"),  # nbgrader's record on the learner's side
        *workspace.classroom.glob(f"submitted/{learner}/{lab}"),  # on Windows there is no exchange
    ]
    if handed_in:
        return "handed in"
    own, released = (_sources(folder / lab / "lab.ipynb") for folder in (workspace.work, workspace.labs))
    return "begun" if own and own != released else ""


def _sources(notebook: Path) -> list[str]:
    """What stands in the cells of a lab; [] if there is none."""
    try:
        return ["".join(cell["source"]) for cell in _json(notebook).get("cells", [])]
    except (CourseError, KeyError, TypeError):
        return ["a damaged notebook was begun"]


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
