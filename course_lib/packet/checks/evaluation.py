"""THR and EVL: thresholds that mean something, and the evaluation that answers each of them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.evidence import Stored
from course_lib.packet.files import assessments, read_text
from course_lib.packet.gate import SHARES, Outcome, holds, needed_value, outcomes
from course_lib.packet.kinds import RECOMPUTE, upper_bound, wilson
from course_lib.packet.load import parse_tree
from course_lib.packet.schema import Threshold

Z = {"low": 1.959964, "high": 1.644854}  # two-sided 95 % for a share, one-sided 95 % for a failure rate
MOST_CASES = 20_000  # beyond this a sample size is only estimated
ROUNDING = 1e-6  # shares nearer to each other than this are told apart by no sample
LISTED = 5  # failures that are looked at one by one
# What speaks for a dimension: the kinds of evidence and their metrics over all rows.
HEADLINES = {
    "quality": (("evaluation", "embedding_search"), ("accuracy", "hit_at_1", "hit_at_3")),
    "security": (("injection",), ("failure_rate",)),
    "privacy": (("personal_data",), ("leak_rate",)),
    "latency": (("latency",), ("p95_ms", "max_ms")),
}
FLOORS_LIMIT = 16 * 1024
Share = Annotated[float, Field(ge=0, le=1)]


class Floor(BaseModel):
    """The weakest thresholds of one tier, as shares."""

    model_config = ConfigDict(extra="forbid")
    quality: Share
    security: Share
    privacy: Share


class Floors(BaseModel):
    """assessments/packet/floors.yaml."""

    model_config = ConfigDict(extra="forbid")
    tiers: dict[Annotated[int, Field(ge=1, le=4)], Floor]


@lru_cache(maxsize=1)
def floors() -> dict[int, Floor]:
    """The floors by tier; raises a pydantic ValidationError if the file is not what it should be."""
    return Floors.model_validate(parse_tree(read_text(assessments("floors.yaml"), FLOORS_LIMIT))).tiers


# --- thresholds ---------------------------------------------------------------------------------------------


@check(
    "THR-03",
    "01",
    "error",
    2,
    "threshold is not weaker than the course's floor for the tier",
    needs=("thresholds", "risk_classification.tier"),
)
def not_below_floor(context: Context) -> Iterator[Issue]:
    """Shares of quality, security and privacy reach the tier's floor.

    A minor threshold may be weaker, unless its dimension has no other.
    """
    tier = context.model.risk_classification.tier if context.model.risk_classification else None
    if tier is None:
        return
    firm = {threshold.dimension for threshold in context.model.thresholds if threshold.severity != "minor"}
    for threshold in context.model.thresholds:
        limit = getattr(floors()[tier], threshold.dimension or "", None)
        if limit is None or (threshold.severity == "minor" and threshold.dimension in firm):
            continue
        allowed = 1 - limit if threshold.dimension == "quality" else limit
        bad = _bad_share(threshold)
        if bad is not None and bad > allowed + 1e-9:
            upward = (threshold.op or "").startswith(">")
            shown = 1 - allowed if upward else allowed
            percent = threshold.unit == "percent"
            yield Issue(
                threshold.id or "thresholds",
                f"{threshold.id} {threshold.value:g} is {'below' if upward else 'above'} the floor"
                f" {shown * 100 if percent else shown:g} of tier {tier}. Tighten it, or mark it minor if the"
                " release does not hang on it.",
            )


def _bad_share(threshold: Threshold) -> float | None:
    """The share of bad answers that a threshold allows, or None if it is not about a share."""
    if threshold.value is None or threshold.unit not in ("share", "percent") or not threshold.op:
        return None
    value = needed_value(threshold, "")
    upward = threshold.op.startswith(">") or (threshold.op == "==" and threshold.dimension == "quality")
    return 1 - value if upward else value


@check(
    "THR-04",
    "04",
    "error",
    3,
    "a broken system fails the thresholds, and the baseline is beaten",
    needs=("evaluation",),
)
def canary(context: Context) -> Iterator[Issue]:
    """A system that always gives the commonest answer must not pass, and the candidate beats the baseline.

    Both are computed from the rows of the evidence.
    """
    for one in outcomes(context):
        stored = context.evidence.get(one.evidence or "")
        if (
            stored is None
            or not _is_evaluation(context, stored)
            or one.metric not in context.measured[stored.id]
        ):
            continue
        label = Counter(str(row["gold"]) for row in stored.rows).most_common(1)[0][0]
        broken = RECOMPUTE["evaluation"]([{**row, "output": label} for row in stored.rows])
        if holds(broken[one.metric], one.threshold.op, one.needed):
            yield Issue(
                one.id,
                f"A system that always answers '{label[:40]}' would pass {one.id}: its {one.metric} is"
                f" {broken[one.metric]:.4g}, needed is {one.threshold.op} {one.needed:g}. Raise the threshold.",
            )
    yield from _baseline(context)


def _baseline(context: Context) -> Iterator[Issue]:
    evaluation = context.model.evaluation
    if evaluation is None:
        return
    pair = [context.evidence.get(id or "") for id in (evaluation.baseline, evaluation.candidate)]
    for name, id, stored in zip(
        ("baseline", "candidate"), (evaluation.baseline, evaluation.candidate), pair, strict=True
    ):
        if stored is None or not _is_evaluation(context, stored):
            kind = stored.envelope.get("kind") if stored else None
            told = stored is None or bool(stored.problem or stored.missing) or kind == "evaluation"
            message = f"evaluation.{name} is {id}, of kind {kind}; cite evidence of kind evaluation."
            yield Issue(f"evaluation.{name}", message, told=told)
            return
    base, candidate = (stored for stored in pair if stored)
    shared = {str(row.get("id")) for row in base.rows} & {str(row.get("id")) for row in candidate.rows}
    if len(shared) < max(len(base.rows), len(candidate.rows)):
        yield Issue(
            "evaluation.baseline",
            f"{base.id} and {candidate.id} share {len(shared)} of {max(len(base.rows), len(candidate.rows))} rows."
            " Measure both systems on the same rows.",
        )
        return
    accuracy = [context.measured[stored.id]["accuracy"] for stored in (base, candidate)]
    if accuracy[1] <= accuracy[0]:
        yield Issue(
            "evaluation.candidate",
            f"The candidate {candidate.id} gets {accuracy[1]:.4g} of the rows right, the baseline {base.id}"
            f" {accuracy[0]:.4g}. Choose a better candidate, or release the simpler system.",
        )


def _is_evaluation(context: Context, stored: Stored) -> bool:
    return stored.envelope.get("kind") == "evaluation" and bool(context.measured[stored.id])


@check(
    "THR-05",
    "04",
    "warning",
    1,
    "the sample is large enough for the threshold",
    needs=("evaluation.results",),
)
def large_enough(context: Context) -> Iterator[Issue]:
    """Where the measured value passes and its 95 % bound does not, how many cases would show it.

    Once a gate is declared, the gate's own checks say what is not shown.
    """
    if context.model.gate and context.model.gate.declared:
        return
    for one in outcomes(context):
        if one.state != "bound" or one.point is None or one.bound is None or one.evidence is None:
            continue
        cases = len(context.evidence[one.evidence].rows)
        need = cases_needed(one)
        advice = f"Test about {need} cases or accept CONDITIONAL." if need else "Accept CONDITIONAL."
        yield Issue(
            one.id,
            f"{one.id}: {one.point:.4g} passes {one.needed:g}, but with {cases} cases the 95 % bound is"
            f" {one.bound:.4g}. {advice}",
        )


def cases_needed(one: Outcome) -> int | None:
    """How many cases show a threshold if the measured share stays the same; None if no number would.

    The smallest sample whose own bound clears it: Wilson's below a share, the exact one above a failure rate
    (0.88 against 0.85: 520; 0.92: 92; no failure against 1 %: 299).
    """
    point, needed = one.point or 0.0, one.needed
    upward = (one.threshold.op or "").startswith(">")
    if abs(point - needed) < ROUNDING or not 0 < needed < 1:
        return None
    z = Z["low" if upward else "high"]
    estimate = math.ceil(z * z * needed * (1 - needed) / (point - needed) ** 2)
    if estimate > MOST_CASES:
        return round(estimate, -3)
    if point == 0:
        return math.ceil(math.log(0.05) / math.log1p(-needed))
    step = 1 if upward else estimate // 100 + 1
    for n in range(step, 3 * estimate + 20, step):
        seen = round(point * n)
        bound = wilson(seen, n)[0] if upward else upper_bound(seen, n)
        if holds(bound, one.threshold.op, needed):
            return n
    return estimate


# --- evaluation ---------------------------------------------------------------------------------------------


@check(
    "EVL-01",
    "04",
    "error",
    1,
    "every threshold has a result, every failure a severity and remediation",
    needs=("evaluation", "thresholds"),
    follows=("STR-01",),
)
def answered(context: Context) -> Iterator[Issue]:
    """A result names the metric that answers a threshold; a listed failure says how bad it is and what is done."""
    for one in outcomes(context):
        stored = context.evidence.get(one.evidence or "")
        if one.state != "unmeasured" or one.threshold.dimension == "cost":
            continue
        if not one.evidence:
            yield Issue(
                one.id,
                f"{one.id} has no result. Name in evaluation.results the evidence and the metric that answer it.",
                told=context.misfit("evaluation"),
            )
        elif stored is None or not context.measured[stored.id]:
            yield Issue(one.id, f"{one.evidence} cannot be read.", told=True)
        else:
            metrics = ", ".join(context.measured[stored.id])
            found = f"'{one.metric}'" if one.metric else "no metric"
            yield Issue(
                one.id, f"The result for {one.id} names {found}; {one.evidence} has these metrics: {metrics}."
            )
    yield from _headlines(context)
    for index, failure in enumerate(context.model.evaluation.failures if context.model.evaluation else []):
        path = f"evaluation.failures[{index}]"
        lacking = [
            name
            for name in ("severity", "remediation")
            if getattr(failure, name) is None and not context.misfit(f"{path}.{name}")
        ]
        if lacking:
            name = failure.case or path
            yield Issue(
                path, f"Failure {name} has no {' or '.join(lacking)}. How bad is it, and what do you do?"
            )


def _headlines(context: Context) -> Iterator[Issue]:
    """Results name the metric that speaks for all rows of the right kind of evidence, in the threshold's unit."""
    answers = [one for one in outcomes(context) if one.evidence and one.state != "unmeasured"]
    told = set()
    for one in answers:
        friendly = {">": "_high", "<": "_low"}.get((one.threshold.op or " ")[0], " ")
        whole = one.metric.removesuffix(friendly)
        if whole != one.metric and whole in context.measured.get(one.evidence or "", {}):
            told.add(one.threshold.dimension)
            yield Issue(
                one.id,
                f"The result for {one.id} names {one.metric}, the friendly end of the interval. Name {whole}; the gate"
                " takes the other end by itself.",
            )
        elif one.metric.startswith(SHARES) and one.threshold.unit not in (None, "share", "percent"):
            yield Issue(
                one.id,
                f"{one.id} is in unit '{one.threshold.unit}', but {one.metric} in {one.evidence} is a share. State the"
                " threshold as a share.",
            )
    for dimension, (kinds, names) in HEADLINES.items():
        given = [one for one in answers if one.threshold.dimension == dimension]
        fits = [
            one
            for one in given
            if one.metric in names and context.evidence[str(one.evidence)].envelope.get("kind") in kinds
        ]
        if given and not fits and dimension not in told:
            yield Issue(
                given[0].id,
                f"{given[0].id} is answered by {given[0].metric} in {given[0].evidence}; a {dimension} threshold needs"
                f" {' or '.join(names)} from evidence of kind {' or '.join(kinds)}.",
            )
    slo = context.model.use_case.slo if context.model.use_case else None
    promised = slo.latency_p95_ms if slo else None
    times = [
        one for one in answers if one.threshold.dimension == "latency" and one.metric in ("p95_ms", "max_ms")
    ]
    tightest = min(times, key=lambda one: one.needed, default=None)
    if promised and tightest and tightest.needed > promised:
        yield Issue(
            tightest.id,
            f"{tightest.id} ({tightest.threshold.op} {tightest.needed:g} ms) is weaker than the promise"
            f" use_case.slo.latency_p95_ms ({promised:g}). Tighten it, or change the promise.",
        )


@check(
    "EVL-02",
    "04",
    "error",
    1,
    "the listed failures are the wrong rows of the evidence",
    needs=("evaluation.candidate",),
    follows=("STR-01",),
)
def failures_listed(context: Context) -> Iterator[Issue]:
    """The total is the number of wrong rows, and at least five of them (or all) are listed by their row's id."""
    evaluation = context.model.evaluation
    stored = context.evidence.get(evaluation.candidate or "") if evaluation else None
    if evaluation is None or stored is None or not _is_evaluation(context, stored):
        yield Issue("evaluation.candidate", "The wrong rows cannot be counted.", told=True)
        return
    wrong = {str(row.get("id")) for row in stored.rows if RECOMPUTE["evaluation"]([row])["wrong"]}
    listed = sum(bool(wrong.intersection(_words(failure.case))) for failure in evaluation.failures)
    if evaluation.failures_total is not None and evaluation.failures_total != len(wrong):
        yield Issue(
            "evaluation.failures_total",
            f"{stored.id} has {len(wrong)} wrong rows; evaluation.failures_total says {evaluation.failures_total}."
            " Count them again.",
        )
    if listed < min(LISTED, len(wrong)):
        wish = "them all" if len(wrong) <= LISTED else f"at least {LISTED}"
        yield Issue(
            "evaluation.failures",
            f"{stored.id} has {len(wrong)} wrong rows, your packet lists {listed} of them. List {wish} by"
            f" row id ({', '.join(sorted(wrong)[:3])}, ...) with severity, root cause and remediation.",
        )


def _words(case: str | None) -> set[str]:
    """The words of a failure's case, one of which may be the id of a row."""
    return {case or "", *re.split(r"[\s,;:()#]+", case or "")}
