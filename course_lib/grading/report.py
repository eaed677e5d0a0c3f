"""One page about a graded class, for its instructor: `course report NN`.

The page holds learners' names. It is one HTML file without scripts and without anything from elsewhere; it prints,
and every figure stands beside its numbers as text.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.evaluation.intervals import wilson_interval
from course_lib.grading.checks import CheckResult
from course_lib.grading.classroom import GRADED, Outcome, current_outcomes
from course_lib.grading.export import write_private
from course_lib.grading.pages import render
from course_lib.grading.similarity import Pair, similar_submissions

MISCONCEPTIONS = 15  # rows that a person reads
TOO_SLOW = "The check ran too long and was stopped."
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)


@dataclass(frozen=True)
class Bin:
    """Learners with `low` to below `high` points; the last bin holds its upper end too."""

    low: float
    high: float
    learners: int


@dataclass(frozen=True)
class ExerciseRow:
    """How the class did on one exercise; `waiting` learners are not in the other numbers."""

    name: str
    points: float
    mean: float
    full: int
    none: int
    read: int
    waiting: int


@dataclass(frozen=True)
class CheckRow:
    """How many passed one check; who had not written the function did not try."""

    exercise: str
    name: str
    points: float
    passed: int
    tried: int
    not_written: int


@dataclass(frozen=True)
class Misconception:
    """One sentence that learners were told, how many of those who tried, and where the true share may lie."""

    exercise: str
    check: str
    message: str
    learners: int
    tried: int
    low: float
    high: float


def histogram(scores: Sequence[float], most: float) -> list[Bin]:
    """Sort scores into at most 12 bins of a round width, from 0 to `most`."""
    step = next((step for step in STEPS if most <= 12 * step), most / 12)
    counts = [0] * max(1, -int(-most // step))
    for score in scores:
        counts[min(int(score // step), len(counts) - 1)] += 1
    return [Bin(step * i, min(step * (i + 1), most), count) for i, count in enumerate(counts)]


def exercise_rows(graded: Sequence[Outcome]) -> list[ExerciseRow]:
    """One row per exercise, in the lab's order."""
    most = {name: points for outcome in graded for name, points in outcome.max_points.items()}
    rows = []
    for name, points in most.items():
        earned = [o.points.get(name, 0.0) for o in graded if name not in o.waiting]
        rows.append(
            ExerciseRow(
                name,
                points,
                statistics.fmean(earned) if earned else 0.0,
                sum(value >= points for value in earned),
                sum(value == 0 for value in earned),
                len(earned),
                len(graded) - len(earned),
            )
        )
    return rows


def _by_check(graded: Sequence[Outcome]) -> dict[tuple[str, str], list[CheckResult]]:
    found: dict[tuple[str, str], list[CheckResult]] = {}
    for outcome in graded:
        for exercise, results in outcome.checks.items():
            for result in results:
                found.setdefault((exercise, result.name), []).append(result)
    return found


def check_rows(graded: Sequence[Outcome]) -> list[CheckRow]:
    """One row per check, in the order in which the checks ran."""
    names = dict.fromkeys(name for outcome in graded for name in outcome.max_points)
    order = {name: place for place, name in enumerate(names)}
    rows = []
    for (exercise, name), results in _by_check(graded).items():
        skipped = sum(result.reason == "not written" for result in results)
        passed = sum(result.passed for result in results)
        rows.append(CheckRow(exercise, name, results[0].points, passed, len(results) - skipped, skipped))
    return sorted(rows, key=lambda row: order.get(row.exercise, len(order)))


def misconceptions(graded: Sequence[Outcome]) -> list[Misconception]:
    """What went wrong, most frequent first, with the Wilson interval of its share of those who tried."""
    rows = []
    for (exercise, name), results in _by_check(graded).items():
        tried = [result for result in results if result.reason != "not written"]
        failed = [TOO_SLOW if r.reason == "slow" else r.message for r in tried if not r.passed]
        rows += [
            Misconception(exercise, name, message, count, len(tried), *wilson_interval(count, len(tried)))
            for message, count in Counter(failed).items()
        ]
    return sorted(rows, key=lambda row: (-row.learners, -row.low, row.exercise, row.check))


def build_page(lab: str, outcomes: Sequence[Outcome], pairs: Sequence[Pair], when: datetime) -> str:
    """The page as HTML."""
    graded = [outcome for outcome in outcomes if outcome.status == GRADED]
    scores = [outcome.final for outcome in graded]
    most = max((outcome.max_score for outcome in graded), default=0.0)
    return render(
        "report.html.j2",
        lab=lab,
        when=when.strftime("%Y-%m-%d %H:%M %Z").strip(),
        outcomes=outcomes,
        graded=graded,
        refused=[outcome for outcome in outcomes if outcome.status != GRADED],
        noted=_gather((flag, outcome.student) for outcome in graded for flag in outcome.flags),
        most=most,
        scores=scores,
        mean=statistics.fmean(scores) if scores else 0.0,
        median=statistics.median(scores) if scores else 0.0,
        bins=histogram(scores, most) if most else [],
        exercises=exercise_rows(graded),
        checks=[(name, list(rows)) for name, rows in groupby(check_rows(graded), lambda row: row.exercise)],
        misconceptions=misconceptions(graded),
        shown=MISCONCEPTIONS,
        waiting=_gather((exercise, o.student) for o in graded for exercise in o.waiting),
        pairs=pairs,
    )


def _gather(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The learners whom each sentence (or exercise) is about, in order of first mention."""
    found: dict[str, list[str]] = {}
    for sentence, student in pairs:
        found.setdefault(sentence, []).append(student)
    return found


def write_report(root: Path, lab: str, out: Path | None = None) -> Path:
    """Write the page about `lab` to `out` (default: class/reports/<lab>.html) and return where it is.

    Raises:
        CourseError: nothing was graded yet, or the file cannot be written.
    """
    outcomes = current_outcomes(root, lab)
    if not outcomes:
        raise CourseError(f"Nothing of {lab} was graded yet: run `course grade {lab[:2]}` first.")
    path = out or root / "class" / "reports" / f"{lab}.html"
    write_private(
        path, build_page(lab, outcomes, similar_submissions(root, lab), datetime.now().astimezone())
    )
    return path
