"""All that a page says about a packet on one day, read and computed once for every way of writing it.

Every number is computed again from raw rows; one that a check doubts is marked as such.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from markupsafe import Markup

from course_lib.packet.checks import Report
from course_lib.packet.checks.claims import STALE_DAYS as CLAIM_DAYS
from course_lib.packet.checks.core import Context, make_context, run_checks
from course_lib.packet.checks.evidence import STALE_DAYS as EVIDENCE_DAYS
from course_lib.packet.cost import Cost, recompute
from course_lib.packet.diff import Comparison, compare_with_seal
from course_lib.packet.evidence import Stored
from course_lib.packet.figures import interval
from course_lib.packet.files import PacketError
from course_lib.packet.gate import Outcome, Verdict, bound_of, compute_gate, holds, outcomes, residual
from course_lib.packet.load import Packet, load_packet
from course_lib.packet.render import (
    Numbers,
    asks,
    number,
    quantity,
    words,
)
from course_lib.packet.schema import PacketModel, Risk, since, walk
from course_lib.plain import clean

GATE_LESSON = "04"
OWASP = {  # OWASP Top 10 for LLM applications, 2025
    "LLM01": "prompt injection",
    "LLM02": "sensitive information disclosure",
    "LLM03": "supply chain",
    "LLM04": "data and model poisoning",
    "LLM05": "improper output handling",
    "LLM06": "excessive agency",
    "LLM07": "system prompt leakage",
    "LLM08": "vector and embedding weaknesses",
    "LLM09": "misinformation",
    "LLM10": "unbounded consumption",
}
STATES = {
    "met": "met",
    "bound": "met by the point estimate only",
    "unmet": "not met",
    "unmeasured": "not measured yet",
}


@dataclass(frozen=True)
class ThresholdRow:
    """A threshold with what was measured, as words and as a figure."""

    outcome: Outcome
    asks: str
    measured: str
    range: str
    state: str
    figure: Markup
    rows: int | None


@dataclass(frozen=True)
class RiskRow:
    """A risk with its scores before and after mitigation, and whether a test proves the difference."""

    number: int
    risk: Risk
    category: str
    before: int | None
    after: int | None
    proof: str
    proven: bool


@dataclass(frozen=True)
class CostRow:
    """One part of a month's cost: what the packet states and what it comes to when computed again."""

    name: str
    computed: float | None
    stated: float | None
    arithmetic: str = ""


@dataclass(frozen=True)
class EvidenceRow:
    """Where a number comes from, and whether a check doubts it."""

    id: str
    stored: Stored
    sha256: str
    metrics: list[tuple[str, str, str]]  # name, value, unit
    doubts: list[str]

    def fact(self, *names: str) -> str:
        """A field of the envelope as text; empty if it is absent or no plain value."""
        value: Any = self.stored.envelope
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return clean(value) if isinstance(value, str | int | float) else ""


@dataclass(frozen=True)
class Due:
    """Something that has an end: from `day` on it is stale or to be looked at again."""

    day: date
    subjects: str
    what: str
    today: date

    @property
    def over(self) -> bool:
        return self.day <= self.today

    @property
    def when(self) -> str:
        """'in 3 days', 'today' or '12 days ago'."""
        days = (self.day - self.today).days
        if days == 0:
            return "today"
        unit = "day" if abs(days) == 1 else "days"
        return f"in {days} {unit}" if days > 0 else f"{-days} {unit} ago"


@dataclass(frozen=True)
class View:
    """All that the page says about a packet on one day."""

    packet: Packet
    today: date
    report: Report
    numbers: Numbers
    verdict: Verdict | None  # None before the lesson that brings the gate
    cost: Cost | None
    thresholds: list[ThresholdRow]
    risks: list[RiskRow]
    costs: list[CostRow]
    evidence: list[EvidenceRow]
    dues: list[Due]
    assumptions: list[tuple[str, str]]
    changes: Comparison | None
    unchanged: str  # why there is no comparison with a seal
    seals: list[str]

    @property
    def model(self) -> PacketModel:
        return self.packet.model

    @property
    def currency(self) -> str:
        return (self.model.meta.currency if self.model.meta else None) or "USD"

    @property
    def filled(self) -> frozenset[str]:
        """The sections with anything in them."""
        return frozenset(re.split(r"[.\[]", path)[0] for path, _, _ in walk(self.model))

    @property
    def later(self) -> list[str]:
        """Sections of later lessons that have nothing in them yet, each with its lesson."""
        lessons = {name: since(info) or "" for name, info in PacketModel.model_fields.items()}
        empty = [name for name in lessons if name not in self.filled and lessons[name] > self.report.lesson]
        return [f"{words(name)} (lesson {lessons[name]})" for name in empty]


def collect(path: str | Path, lesson: str | None = None, today: date | None = None) -> View:
    """Read a packet, check it and compute what the page says.

    Args:
        lesson: which checks are active; by default meta.lesson_completed.
        today: the clock; by default the day in UTC.

    Raises:
        PacketError: if the packet cannot be read at all, or there is no such lesson.
    """
    packet = load_packet(path)
    context = make_context(packet, lesson, today)
    today, report = context.today, run_checks(context)
    doubts: dict[str, list[str]] = {}
    for finding in report.errors:
        if (
            finding.subject in context.evidence and finding.check != "EVD-05"
        ):  # old evidence is stale, not wrong
            doubts.setdefault(finding.subject, []).append(finding.message)
    numbers = Numbers({id: context.measured[id] for id in context.evidence}, frozenset(doubts))
    cost = recompute(context)
    changes, unchanged = _since_seal(packet)
    return View(
        packet=packet,
        today=today,
        report=report,
        numbers=numbers,
        verdict=compute_gate(context) if report.lesson >= GATE_LESSON else None,
        cost=cost,
        thresholds=[_threshold(context, index, one, doubts) for index, one in enumerate(outcomes(context))],
        risks=[_risk(context, index, risk) for index, risk in enumerate(packet.model.risks, 1)],
        costs=_costs(context, cost),
        evidence=[_evidence(context, id, doubts.get(id, [])) for id in context.evidence],
        dues=_dues(context),
        assumptions=_assumptions(context),
        changes=changes,
        unchanged=unchanged,
        seals=[f"lesson {entry['lesson']} on {str(entry.get('sealed_at'))[:10]}" for entry in context.lock],
    )


def _since_seal(packet: Packet) -> tuple[Comparison | None, str]:
    try:
        return compare_with_seal(packet), ""
    except PacketError as problem:
        return None, str(problem)


def _threshold(
    context: Context, index: int, outcome: Outcome, doubted: Container[str | None]
) -> ThresholdRow:
    threshold = outcome.threshold
    unit = threshold.unit
    if unit == "percent" and outcome.evidence:
        unit = "share"
    elif unit == "seconds" and outcome.metric.endswith("_ms"):
        unit = "milliseconds"
    metrics = context.measured.get(outcome.evidence or "", {})
    low, high = (metrics.get(f"{outcome.metric}_{side}") for side in ("low", "high"))
    stored = context.evidence.get(outcome.evidence or "")
    wish = f"{asks(threshold.op)} {quantity(outcome.needed, unit)}"
    if outcome.point is None:
        return ThresholdRow(outcome, wish, "", "", STATES[outcome.state], Markup(), None)
    span = ""
    if low is not None and high is not None:
        span = f"{quantity(low, unit)} to {quantity(high, unit)}"
    elif low is not None or high is not None:
        span = f"from {quantity(low, unit)}" if low is not None else f"up to {quantity(high, unit)}"
    measured = quantity(outcome.point, unit)
    state = STATES[outcome.state] + (", but the evidence is doubted" if outcome.evidence in doubted else "")
    told = f"Needed is {wish}; measured is {measured}{f', 95 % interval {span}' if span else ''}: {state}."
    ends = (outcome.needed, outcome.point, low, high)
    figure = interval(
        f"interval-{index}", outcome.id, threshold.op or "", *ends, share=unit == "share", text=told
    )
    return ThresholdRow(outcome, wish, measured, span, state, figure, len(stored.rows) if stored else None)


def _risk(context: Context, index: int, risk: Risk) -> RiskRow:
    before = risk.severity * risk.likelihood if risk.severity and risk.likelihood else None
    rated = risk.residual_severity is not None or risk.residual_likelihood is not None
    name = OWASP.get(risk.category or "")
    category = f"{risk.category} {name}" if name else risk.category or "no category"
    test = risk.mitigation_test
    if test is None or test.value is None:
        return RiskRow(index, risk, category, before, residual(risk) if rated else None, "no test", False)
    metrics = context.measured.get(test.evidence or "", {})
    point = metrics.get(test.metric or "")
    bound = bound_of(metrics, test.metric or "", test.op)
    value = point if bound is None else bound
    proven = value is not None and holds(value, test.op, test.value)
    found = "not measured" if value is None else f"{'' if bound is None else '95 % bound '}{number(value)}"
    proof = (
        f"{test.evidence}: {words(test.metric or '?')} has to be {asks(test.op)} {number(test.value)} and is {found},"
        f" so the test {'passes' if proven else 'does not pass'}"
    )
    return RiskRow(index, risk, category, before, residual(risk) if rated else None, proof, proven)


def _costs(context: Context, cost: Cost | None) -> list[CostRow]:
    stated = context.model.cost_model
    if stated is None:
        return []
    review = stated.human_review.cost_month_usd if stated.human_review else None
    return [
        CostRow(
            "model (tokens)",
            cost.model_cost_month if cost else None,
            stated.model_cost_month_usd,
            cost.model_arithmetic if cost else "",
        ),
        CostRow(
            "people who review",
            cost.review_cost_month if cost else None,
            review,
            cost.review_arithmetic if cost else "",
        ),
        CostRow("fixed (servers, licences)", cost.fixed_month if cost else None, stated.fixed_month_usd),
        CostRow("all of it", cost.total_month if cost else None, stated.total_month_usd),
    ]


def _evidence(context: Context, id: str, doubts: list[str]) -> EvidenceRow:
    stored = context.evidence[id]
    units = stored.envelope.get("units")
    units = units if isinstance(units, dict) else {}
    metrics = [
        (
            name,
            number(value),
            next((str(unit) for key, unit in units.items() if fnmatchcase(name, str(key))), ""),
        )
        for name, value in context.measured[id].items()
    ]
    return EvidenceRow(
        id, stored, stored.envelope_sha256, metrics, doubts or ([stored.problem] if stored.problem else [])
    )


def _dues(context: Context) -> list[Due]:
    """Everything in the packet that ages, with the first day on which it counts as old."""
    model, today = context.model, context.today
    found: list[tuple[date | None, str | None, str]] = []
    for id, stored in context.evidence.items():
        day = _day(stored.envelope.get("created_at"))
        if day:
            told = f"measured on {day}; evidence may be {EVIDENCE_DAYS} days old"
            found.append((day + timedelta(days=EVIDENCE_DAYS + 1), id, told))
    for claim in model.claims:
        if claim.as_of and claim.kind and not claim.superseded_by:
            days = CLAIM_DAYS[claim.kind]
            told = f"looked up on {claim.as_of}; a {words(claim.kind)} claim may be {days} days old"
            found.append((claim.as_of + timedelta(days=days + 1), claim.id, told))
    found += [(one.review_date, one.id, f"decision on {one.topic}: review") for one in model.decisions]
    found += [(one.review_date, one.id, f"model {one.name}: review") for one in model.models]
    found += [(one.due_date, one.id, f"planned control ({words(one.area or '?')})") for one in model.controls]
    found += [
        (one.acceptance.expires, one.id, "acceptance by EXEC ends") for one in model.risks if one.acceptance
    ]
    found += [
        (one.due_date, "gate", f"condition: {one.text}")
        for one in (model.gate.conditions if model.gate else [])
    ]
    together: dict[tuple[date, str], list[str]] = {}
    for day, subject, what in found:
        if day:
            together.setdefault((day, what), []).append(subject or "no id")
    return [Due(day, ", ".join(sorted(ids)), what, today) for (day, what), ids in sorted(together.items())]


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _assumptions(context: Context) -> list[tuple[str, str]]:
    """What the packet takes for granted: (what, why or what it means)."""
    model = context.model
    found = [
        (str(claim.id), f"an illustration, on which no decision rests: {claim.statement or 'no statement'}")
        for claim in model.claims
        if claim.illustration
    ]
    found += [
        (path, f"does not apply: {reason or 'no reason given'}")
        for path, reason in context.packet.not_applicable.items()
    ]
    found += [
        (id, str(stored.envelope["limits"]))
        for id, stored in context.evidence.items()
        if stored.envelope.get("limits")
    ]
    cost = model.cost_model
    if cost:
        review = cost.human_review
        planned = [
            (cost.retry_rate, lambda value: f"{quantity(value, 'share')} of requests are sent twice"),
            (cost.cached_share, lambda value: f"{quantity(value, 'share')} of a prompt is cached"),
            (
                (cost.tokenizer_factor != 1 and cost.tokenizer_factor) or None,
                lambda value: f"one counted token is {number(value)} paid tokens",
            ),
            (review and review.rate, lambda value: f"{quantity(value, 'share')} of items are reviewed"),
            (review and review.minutes, lambda value: f"a review takes {number(value)} minutes"),
            (
                review and review.usd_per_hour,
                lambda value: f"an hour costs {number(value)} {_currency(model)}",
            ),
        ]
        told = [say(value) for value, say in planned if value is not None]
        if told:
            found.append(("cost_model", f"planned, not measured: {', '.join(told)}"))
    return found


def _currency(model: PacketModel) -> str:
    return (model.meta.currency if model.meta else None) or "USD"
