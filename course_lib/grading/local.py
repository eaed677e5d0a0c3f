"""Check an answer in this process, without sandbox, kernel or notebook: for authors' own answers only.

The same cells as at grading: the setup, the answer, the hidden checks. Used for slips, for the bank and by whoever
writes an exercise: a try takes milliseconds.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import utils

from course_lib.grading import checks
from course_lib.grading.checks import CheckResult
from course_lib.grading.contract import Contract
from course_lib.grading.names import defined_names
from course_lib.grading.preprocessors import grade_id


@dataclass(frozen=True)
class Tried:
    """What the checks of an exercise made of an answer."""

    results: list[CheckResult]
    contract: Contract | None = None

    @property
    def earned(self) -> float:
        """The points."""
        return sum(result.earned for result in self.results)

    @property
    def points(self) -> float:
        """What a right answer gets."""
        return sum(result.points for result in self.results)

    @property
    def first(self) -> CheckResult | None:
        """The first check that gave no points: what a learner reads first."""
        return next((result for result in self.results if not result.passed), None)


class Lab:
    """The exercises of an instructor's notebook."""

    def __init__(self, notebook: Path) -> None:
        cells = [c for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
        by_id = {grade_id(cell): cell for cell in cells if grade_id(cell)}
        self.setup = [cell.source for cell in cells if grade_id(cell).startswith("setup")]
        self.solutions = {
            name.removeprefix("solve_"): cell.source
            for name, cell in by_id.items()
            if name.startswith("solve_")
        }
        self.checks = {
            name.removeprefix("grade_"): cell.source
            for name, cell in by_id.items()
            if name.startswith("grade_") and not utils.is_solution(cell)
        }
        self.visible = {
            name.removeprefix("check_"): cell.source
            for name, cell in by_id.items()
            if name.startswith("check_")
        }

    @cached_property
    def _homes(self) -> dict[str, str]:
        return {name: source for source in self.solutions.values() for name in defined_names(source)}

    def names(self) -> dict[str, Any]:
        """A namespace after the setup cells."""
        found: dict[str, Any] = {"__name__": "__main__"}
        for source in self.setup:
            exec(compile(source, "<setup>", "exec"), found)
        return found

    def solution(self, name: str) -> Callable[..., Any] | None:
        """The instructor's own function of that name."""
        if name not in self._homes:
            return None
        names = self.names()
        exec(compile(self._homes[name], "<solution>", "exec"), names)
        function: Callable[..., Any] = names[name]
        return function

    def attempt(
        self,
        exercise: str,
        source: str | None = None,
        seed: int = 0,
        instead: Mapping[str, Callable[[Callable[..., Any]], Callable[..., Any]]] | None = None,
        depth: checks.Depth = "whole",
    ) -> Tried:
        """Check an answer.

        Args:
            source: the answer's cell; by default the instructor's.
            seed: of the inputs.
            instead: wraps the answer's functions of these names before they are checked.
            depth: "points" does not look for the mistake behind wrong results, which takes a while; "first" ends
                with the first idea that is lost.

        Raises whatever the answer's cell or the checks raise outside of a check.
        """
        names = self.names()
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
            exec(compile(self.solutions[exercise] if source is None else source, "<answer>", "exec"), names)
            for name, wrap in (instead or {}).items():
                names[name] = wrap(names[name])
            with checks.at_home(self.solution, seed, depth):
                own = dict(names)  # what the checks define stands in no answer's way
                exec(compile(self.checks[exercise], "<checks>", "exec"), own)
        (found,) = [value for value in own.values() if isinstance(value, checks.Checks)]
        return Tried(found.results, found if isinstance(found, Contract) else None)

    def visible_complaint(self, exercise: str, source: str | None = None) -> str:
        """What the checks that a learner sees say about an answer, "" if nothing."""
        names = self.names()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                exec(
                    compile(self.solutions[exercise] if source is None else source, "<answer>", "exec"), names
                )
                exec(compile(self.visible[exercise], "<visible>", "exec"), names)
            except Exception as error:
                return f"{type(error).__name__}: {error}"
        return ""
