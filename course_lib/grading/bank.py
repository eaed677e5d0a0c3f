"""Are the graders any good? The bank of right and wrong answers, graded the way a submission goes.

A right answer must get all points and pass the visible checks; a wrong one must lose points on the check meant for
it, with the sentence meant for it. `course report --graders` shows the table, `tests/grading/test_answers.py` holds
every single answer to it.
"""

from __future__ import annotations

import ast
import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from course_lib.doctor import sandbox_problem
from course_lib.errors import CourseError
from course_lib.grading.answers import Answer, build_submission, load_bank
from course_lib.grading.classroom import Outcome, grade_submissions, make_release
from course_lib.grading.export import write_private
from course_lib.grading.mutants import mutant_bank
from course_lib.grading.preprocessors import grade_id
from course_lib.grading.record import code_fingerprint, content_hash
from course_lib.workspace import Workspace

if TYPE_CHECKING:
    from rich.table import Table


VISIBLE_ONLY = "a visible check refuses it"


@dataclass(frozen=True)
class Verdict:
    """What the graders made of one answer; `fault` says what they did wrong, '' if they were right."""

    exercise: str
    name: str
    right: bool
    fault: str = ""


@dataclass(frozen=True)
class LabVerdicts:
    """The verdicts on all answers of one lab."""

    lab: str
    verdicts: list[Verdict]

    def row(self) -> tuple[str, str, str, str]:
        """Lab, exercises, right answers accepted, wrong answers caught: a row of the README's table."""
        shares = []
        for right in (True, False):
            tried = [verdict for verdict in self.verdicts if verdict.right == right]
            shares.append(f"{sum(not verdict.fault for verdict in tried)} of {len(tried)}")
        return self.lab[:2], str(len({verdict.exercise for verdict in self.verdicts})), shares[0], shares[1]


# Where name, sentence and what is said in the exercise's text stand in the calls that declare a check.
DECLARES = {"check": (0, 2), "idea": (0, 2), "rule": (1, 3)}


def declared_checks(notebook: Path) -> dict[str, dict[str, str]]:
    """The sentence of each check, idea or rule of each exercise, read from the instructor's notebook."""
    found: dict[str, dict[str, str]] = {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code" and grade_id(cell).startswith("grade_"):
            calls = (
                (node.args, *DECLARES[attribute])
                for node in ast.walk(ast.parse(cell.source))
                if isinstance(node, ast.Call) and (attribute := getattr(node.func, "attr", "")) in DECLARES
            )
            found[grade_id(cell).removeprefix("grade_")] = {
                ast.literal_eval(args[name]): ast.literal_eval(args[message]) for args, name, message in calls
            }
    return found


def bundles(bank: Iterable[Answer]) -> dict[str, list[Answer]]:
    """Put the answers into few submissions: the k-th right (or wrong) answer of each exercise goes into the k-th."""
    found: dict[str, list[Answer]] = {}
    rows: dict[bool, dict[str, list[Answer]]] = {True: defaultdict(list), False: defaultdict(list)}
    for answer in bank:
        rows[answer.right][answer.exercise].append(answer)
    for right, by_exercise in rows.items():
        for k, bundle in enumerate(zip_longest(*by_exercise.values())):
            found[f"{'right' if right else 'wrong'}-{k:02}"] = [
                answer for answer in bundle if answer is not None
            ]
    return found


def grade_bank(
    root: Path, lab: str, bank: Sequence[Answer], tell: Callable[[Outcome], None] | None = None
) -> dict[Answer, Verdict]:
    """Grade every answer of `bank` in the course folder `root`, where `lab` must be released.

    The answers are our own, so they are graded without a sandbox where there is none. `tell` is called with each
    outcome as it comes.
    """
    messages = declared_checks(root / "solutions" / lab / "lab.ipynb")
    students = bundles(bank)
    for student, answers in students.items():
        path = root / "class" / "submitted" / student / lab / "lab.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        typed = {answer.exercise: answer.source for answer in answers}
        nbformat.write(build_submission(root / "labs" / lab / "lab.ipynb", typed), path)
    found = {}
    for outcome in grade_submissions(root, lab, sorted(students), tell, trust=sandbox_problem() is not None):
        graded = root / "class" / "autograded" / outcome.student / lab / "lab.ipynb"
        stopped = _stopped_visible_checks(graded)
        for answer in students[outcome.student]:
            fault = _fault(answer, outcome, messages, stopped)
            found[answer] = Verdict(answer.exercise, answer.name, answer.right, fault)
    return found


def _stopped_visible_checks(graded: Path) -> set[str]:
    """The exercises whose visible checks raised something in a graded notebook."""
    if not graded.is_file():
        return set()
    return {
        grade_id(cell).removeprefix("check_")
        for cell in nbformat.read(graded, as_version=4).cells
        if grade_id(cell).startswith("check_") and any(out.output_type == "error" for out in cell.outputs)
    }


def _fault(
    answer: Answer, outcome: Outcome, messages: Mapping[str, Mapping[str, str]], stopped: set[str]
) -> str:
    checks = {check.name: check for check in outcome.checks.get(answer.exercise, [])}
    if not checks:
        return outcome.reason or "its hidden checks did not run"
    lost = outcome.max_points[answer.exercise] - outcome.points[answer.exercise]
    if answer.right:
        failed = [check.name for check in checks.values() if not check.passed]
        if failed or lost:
            return f"it lost {lost:g} points ({', '.join(failed)})"
        return VISIBLE_ONLY if answer.exercise in stopped else ""
    first = next((check for check in checks.values() if not check.passed), None)
    if first is None or lost <= 0:
        return "it kept all points"
    if answer.caught_by not in messages[answer.exercise]:
        return f"{answer.caught_by}, the check meant for it, is not there"
    if first.name != answer.caught_by or first.reason not in ("failed", "raised"):
        return f"{answer.caught_by} is meant for it, and {first.name} says {first.message!r}"
    return ""


def graders_table(labs: Iterable[LabVerdicts]) -> Table:
    """The table of the README, for a terminal."""
    from rich.table import Table

    table = Table(
        "lab",
        "exercises",
        "different right answers accepted",
        "wrong answers caught",
        title="The graders, graded",
    )
    for lab in labs:
        table.add_row(*lab.row())
    return table


@contextmanager
def _released_alone(workspace: Workspace, lab: str) -> Iterator[Path]:
    """Yield a temporary course folder in which only `lab` is released, so that no real class is touched."""
    with tempfile.TemporaryDirectory(prefix="course-") as name:
        root = Path(name)
        settings = (workspace.root / "nbgrader_config.py").read_text(encoding="utf-8")
        settings += "c.CourseDirectory.db_url = f\"sqlite:///{root / 'class' / 'gradebook.db'}\"\n"
        (root / "nbgrader_config.py").write_text(settings, encoding="utf-8")
        (root / "solutions" / lab).mkdir(parents=True)
        shutil.copy2(workspace.solutions / lab / "lab.ipynb", root / "solutions" / lab)
        make_release(root, lab)
        yield root


def surviving_mutants(
    workspace: Workspace, lab: str, tell: Callable[[str], None]
) -> tuple[int, list[tuple[Answer, str]]]:
    """Grade every mechanical mutant of a lab's reference solutions.

    Returns how many were tried, and those that kept all points, each with "" or what a visible check said about it.
    """
    bank = mutant_bank(workspace.solutions / lab / "lab.ipynb")
    tell(f"{lab}: grading {len(bank)} mutants ...")
    with _released_alone(workspace, lab) as root:
        verdicts = grade_bank(root, lab, bank, lambda outcome: tell(f"  {outcome.student}"))
    survivors = [(answer, one.fault) for answer, one in verdicts.items() if one.fault in ("", VISIBLE_ONLY)]
    return len(bank), survivors


def grade_graders(
    workspace: Workspace, tell: Callable[[str], None], only: str | None = None
) -> list[LabVerdicts]:
    """The verdicts for every lab that has a bank of answers, or for `only` one.

    They are kept in class/graders/<lab>.json and hold until the lab or its bank changes; a bank is graded in a
    temporary course folder, so that no real class is touched.

    Raises:
        CourseError: the clone has no bank of answers.
    """
    banks = workspace.root / "tests" / "answers"
    folders = sorted(banks.glob(only or "[0-9][0-9]-*"))
    if not folders:
        raise CourseError(f"There are no answers in {banks / (only or '')}: run it in a whole clone.")
    kept = workspace.classroom / "graders"
    workspace.writable(kept)
    found = []
    for folder in folders:
        lab = folder.name
        notebook = workspace.solutions / lab / "lab.ipynb"
        sources = {path.as_posix(): path.read_bytes() for path in [notebook, *folder.glob("*/*/*.py")]}
        key = content_hash({**sources, "code": code_fingerprint().encode()})
        file = kept / f"{lab}.json"
        data = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        if data.get("key") != key:
            bank = load_bank(folder)
            tell(f"{lab}: grading {len(bank)} answers ...")
            with _released_alone(workspace, lab) as root:
                verdicts = grade_bank(root, lab, bank, lambda outcome: tell(f"  {outcome.student}"))
            data = {"key": key, "verdicts": [asdict(verdict) for verdict in verdicts.values()]}
            write_private(file, json.dumps(data, indent=1) + "\n")
        found.append(LabVerdicts(lab, [Verdict(**verdict) for verdict in data["verdicts"]]))
    return found
