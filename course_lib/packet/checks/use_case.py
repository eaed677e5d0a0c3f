"""USE and THR: the use case in numbers, and the thresholds that are set before anything is measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.lock import SEALED
from course_lib.packet.schema import Dimension

SECONDS_PER_MONTH = 30 * 24 * 3600
UNITS = {
    "latency_p95_ms": "in milliseconds",
    "availability_pct": "in percent, at most 100",
    "cost_per_request_usd": "in US dollars",
    "today_cost_per_item_usd": "in US dollars",
    "requests_per_month": "without separators, for example 36000",
    "peak_rps": "in requests per second",
}


@check(
    "USE-01",
    "01",
    "error",
    1,
    "volume, SLO and units are numbers > 0",
    needs=("use_case.volume", "use_case.slo"),
)
def numbers_above_zero(context: Context) -> Iterator[Issue]:
    """Volume, service levels and today's cost are numbers above 0 in the stated unit."""
    for problem in context.problems("USE-01"):
        name = problem.path.rsplit(".", 1)[-1]
        found = problem.message.rsplit("found ", 1)[-1].rstrip(".")
        unit = UNITS.get(name, "in the unit of its name")
        yield Issue(problem.path, f"{problem.path} must be a number above 0, {unit}; found {found}.")


@check(
    "USE-02",
    "01",
    "warning",
    1,
    "peak rate is consistent with monthly volume",
    needs=("use_case.volume.peak_rps", "use_case.volume.requests_per_month"),
)
def peak_above_mean(context: Context) -> Iterator[Issue]:
    """The busiest minute cannot be quieter than the average one."""
    volume = context.model.use_case.volume if context.model.use_case else None
    if volume and volume.peak_rps and volume.requests_per_month:
        mean = volume.requests_per_month / SECONDS_PER_MONTH
        if volume.peak_rps < mean:
            yield Issue(
                "use_case.volume.peak_rps",
                f"Your peak ({volume.peak_rps:g}/s) is below the monthly mean ({mean:.2g}/s). Check the"
                " units.",
            )


@check("USE-03", "01", "error", 1, ">=2 non-goals and >=2 measurable success criteria", needs=("use_case",))
def goals_and_limits(context: Context) -> Iterator[Issue]:
    """What it must not do, and how success is measured."""
    use_case = context.model.use_case
    if use_case is None:
        return
    if len(use_case.non_goals) < 2:
        yield Issue(
            "use_case.non_goals",
            f"{len(use_case.non_goals)} non-goals; name at least two things that it must not be used for.",
        )
    known = {threshold.id for threshold in context.model.thresholds}
    bound = sum(
        criterion.threshold in known for criterion in use_case.success_criteria if criterion.threshold
    )
    if bound < 2:
        yield Issue(
            "use_case.success_criteria",
            f"{bound} success criteria name a threshold. Tie at least two to a threshold id, so success can"
            " be measured.",
        )


@check("THR-01", "01", "error", 2, "each of five dimensions has >=1 threshold", follows=("STR-01",))
def five_dimensions(context: Context) -> Iterator[Issue]:
    """Quality, security, privacy, cost and latency each have a threshold, set before measuring."""
    if not context.model.thresholds:
        yield Issue(
            "thresholds",
            f"No threshold yet. Set one each for {', '.join(get_args(Dimension))}, before measuring.",
        )
        return
    covered = {threshold.dimension for threshold in context.model.thresholds if threshold.value is not None}
    for dimension in get_args(Dimension):
        if dimension not in covered:
            yield Issue(
                f"thresholds.{dimension}", f"No threshold for '{dimension}'. Set one before you measure."
            )


@check(
    "THR-02", "01", "error", 2, "thresholds do not move after a seal without a reason", needs=("thresholds",)
)
def thresholds_hold(context: Context) -> Iterator[Issue]:
    """A threshold in any earlier seal is still there with the same numbers, or says why not."""
    now = {threshold.id: threshold for threshold in context.model.thresholds if threshold.id}
    told: set[str] = set()
    for entry in context.lock:
        for id, sealed in entry["thresholds"].items():
            current = now.get(id)
            if id in told or (current is not None and current.change_reason):
                continue
            if current is None:
                told.add(id)
                yield Issue(
                    id, f"{id} was in your seal of lesson {entry['lesson']} and is gone. Put it back."
                )
                continue
            for name in SEALED:
                before, after = sealed.get(name), getattr(current, name)
                if name in sealed and before != after and id not in told:
                    told.add(id)
                    yield Issue(
                        id,
                        f"{id}: {name} was {before} in your seal of lesson {entry['lesson']} and is {after}"
                        " now. Write change_reason - a reviewer will read it.",
                    )
    yield from _sealed_late(context, told)


def _sealed_late(context: Context, told: set[str]) -> Iterator[Issue]:
    """From lesson 04 on: thresholds that were not in a seal when the evidence that answers them was measured.

    A minor one decides little and may come later.
    """
    if context.lesson < "04" or context.model.evaluation is None:
        return
    first: dict[str, str] = {}
    for entry in context.lock:
        for id in entry["thresholds"]:
            first.setdefault(id, str(entry.get("sealed_at")))
    minor = {threshold.id for threshold in context.model.thresholds if threshold.severity == "minor"}
    for result in context.model.evaluation.results:
        stored = context.evidence.get(result.evidence or "")
        id = result.threshold
        if id is None or id in minor or id in told or stored is None or stored.problem:
            continue
        measured = str(stored.envelope.get("created_at"))
        if id not in first:
            told.add(id)
            yield Issue(
                id,
                f"{id} is in no seal, so nobody can see that it was set before {result.evidence} was measured."
                " Run `course packet seal`, then measure again.",
            )
        elif measured < first[id]:  # both are written as 2026-11-02T12:00:00Z, which sorts by time
            told.add(id)
            yield Issue(
                id,
                f"{id} was sealed at {first[id]}, after {result.evidence} was measured ({measured}). Measure again"
                " with the sealed threshold.",
            )
