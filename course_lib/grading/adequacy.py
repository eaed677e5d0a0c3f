"""Does a contract know its whole exercise? Slips laid over right answers, and words compared with what is checked.

`course report NN --slips` shows what becomes of every slip (`slips.py`); `tests/grading/test_contracts.py` holds every
exercise to it. Everything runs in this process: the answers are our own.
"""

from __future__ import annotations

import ast
import fnmatch
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import nbformat

from course_lib.errors import CourseError
from course_lib.grading.answers import load_bank
from course_lib.grading.contract import Function
from course_lib.grading.local import Lab
from course_lib.grading.preprocessors import grade_id
from course_lib.grading.slips import Slip, Target, slips
from course_lib.workspace import Workspace

if TYPE_CHECKING:
    from rich.table import Table

OTHERS = 2  # right answers of the bank that slips are laid over, beside the solution
FLOATS_ARE_FINE = [
    (pattern, "a result may be float32 or float64")
    for pattern in ("single:*", "result-single", "result-double")
]
LABELS = ("Shapes", "Args", "Returns", "Units", "Errors", "Note")


@dataclass(frozen=True)
class Finding:
    """What became of one slip over one right answer."""

    exercise: str
    answer: str  # "solution", or the name of an answer of the bank
    slip: str
    verdict: Literal["caught", "equivalent", "survived"]
    by: str = ""  # the idea that caught it
    says: str = ""  # that idea's sentence, or why the contract allows the slip

    def line(self) -> str:
        """The finding on one line."""
        why = f"  {self.by or '-'}: {self.says}" if self.verdict != "survived" else ""
        return f"{self.verdict:<10} {self.exercise}/{self.answer}  {self.slip}{why}"


def lay_over(lab: Lab, exercise: str, answers: Mapping[str, str | None], seed: int = 0) -> Iterator[Finding]:
    """Lay every slip that fits over right answers of one exercise; yield what became of each.

    Args:
        answers: name -> source of the cell; None for the solution.
    """
    contract = lab.attempt(exercise, seed=seed).contract
    for function in contract.functions if contract else ():
        cases = [case for idea in function.ideas for case in idea.cases if not case.derived]
        calls = {id(case): replace(case.call, cotangent=None) for case in cases}
        accepted = [calls[id(case)] for case in cases if case.what != "refusal"]
        results = [case.expected for case in cases if case.what == "value"]
        # Of draws the type is known: one id for each of many calls, or all of them in a list.
        results += [[2, 0, 1] for case in cases if case.what == "draws" and case.call.times == 1]
        if not any(isinstance(result, list) for result in results):
            results += [1 for case in cases if case.what == "draws"]
        refuses = len(accepted) < len(cases)
        for answer, source in answers.items():
            for slip in slips(
                function.model, list(calls.values()), accepted, results, refuses, function.fresh
            ):
                finding = _try(lab, exercise, function, answer, source, slip, seed)
                if finding is not None:
                    yield finding


def _try(
    lab: Lab, exercise: str, function: Function, answer: str, source: str | None, slip: Slip, seed: int
) -> Finding | None:
    """What becomes of one slip; None if it does not fit this answer, whose results are of another type."""
    laid: list[Target] = []

    def lay(target: Target) -> Target:
        laid.append(slip.wrap(target))
        return laid[-1]

    tried = lab.attempt(exercise, source, seed, {function.name: lay}, depth="first")
    name = slip.name if len(function.contract.functions) == 1 else f"{function.name}.{slip.name}"
    first = tried.first
    if first is not None:
        return Finding(exercise, answer, name, "caught", first.name, first.message)
    if not getattr(laid[0], "touched", True):
        return None
    allowed = [*function.allowed, *(FLOATS_ARE_FINE if function.tolerance.dtype == "float" else [])]
    why = next((why for pattern, why in allowed if fnmatch.fnmatch(slip.name, pattern)), "")
    return Finding(exercise, answer, name, "equivalent" if why else "survived", says=why)


def lay_over_lab(
    workspace: Workspace, name: str, only: str = "", tell: Callable[[str], None] = lambda line: None
) -> list[Finding]:
    """Lay every slip over the solution and other right answers of each exercise of a lab, or of `only` one.

    Raises CourseError if there is no such exercise.
    """
    lab = Lab(workspace.solutions / name / "lab.ipynb")
    if only and only not in lab.checks:
        raise CourseError(f"{name} has no exercise {only!r}; it has {', '.join(lab.checks)}.")
    folder = workspace.root / "tests" / "answers" / name
    bank = [answer for answer in load_bank(folder) if answer.right] if folder.is_dir() else []
    found = []
    for exercise in [only] if only else lab.checks:
        others = [answer for answer in bank if answer.exercise == exercise][:OTHERS]
        answers = {"solution": None, **{answer.name: answer.source for answer in others}}
        tell(f"{name}/{exercise}: {len(answers)} right answers ...")
        found += list(lay_over(lab, exercise, answers))
    return found


def slips_table(findings: Iterable[Finding]) -> Table:
    """How many slips were caught, are equivalent, or survived, by exercise."""
    from rich.table import Table

    counts: dict[str, Counter[str]] = {}
    for finding in findings:
        counts.setdefault(finding.exercise, Counter())[finding.verdict] += 1
    table = Table("exercise", "caught", "equivalent", "survived", title="Slips over right answers")
    for exercise, count in counts.items():
        table.add_row(exercise, *(str(count[verdict]) for verdict in ("caught", "equivalent", "survived")))
    return table


# --- words ------------------------------------------------------------------------------------------------------


def words(text: str) -> str:
    """A text with single blanks, for comparing."""
    return " ".join(text.split())


def texts(notebook: Path) -> dict[str, str]:
    """What a learner is told of each coded exercise: its card and its docstrings."""
    cells = {
        grade_id(cell): cell.source for cell in nbformat.read(notebook, as_version=4).cells if grade_id(cell)
    }
    return {
        name.removeprefix("solve_"): words(
            f"{cells[name.replace('solve_', 'card_')]} {' '.join(_docs(source))}"
        )
        for name, source in cells.items()
        if name.startswith("solve_")
    }


def _docs(source: str) -> list[str]:
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return [ast.get_docstring(node) or "" for node in functions]


def paragraphs(source: str) -> list[str]:
    """The labelled paragraphs of an answer cell's docstrings, such as "Errors: ValueError if ...", Example left out."""
    found = []
    for doc in _docs(source):
        starts = re.split(r"^(?=(?:[A-Z][a-z]+):\s)", doc, flags=re.MULTILINE)
        found += [words(part) for part in starts if part.startswith(tuple(f"{label}:" for label in LABELS))]
    return found


def unsaid(lab: Lab, notebook: Path, exercise: str) -> list[str]:
    """Where text and contract of an exercise part: quotes that the text lacks, paragraphs that nobody quotes."""
    contract = lab.attempt(exercise).contract
    if contract is None:
        return [f"{exercise} has no contract"]
    text = texts(notebook)[exercise]
    quotes = [words(quote) for idea in contract.all_ideas() for quote in idea.said]
    faults = [f"{idea.name} quotes nothing" for idea in contract.all_ideas() if not any(idea.said)]
    faults += [f"not in the text: {quote!r}" for quote in quotes if quote and quote not in text]
    faults += [
        f"nothing checks: {part!r}"
        for part in paragraphs(lab.solutions[exercise])
        if not any(quote and (quote in part or part in quote) for quote in quotes)
    ]
    return faults
