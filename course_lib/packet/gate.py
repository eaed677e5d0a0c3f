"""The gate: PASS, CONDITIONAL or FAIL computed from what was measured, with the reasons in sentences.

FAIL         an error is open, a blocking threshold is unmet or unmeasured, a residual risk of 15 or more is not
             accepted, or the packet itself calls the use prohibited.
CONDITIONAL  a threshold holds by its point estimate but not by its 95 % bound, one that does not block is unmet or
             unmeasured, a residual risk is 10 or more, a control is only planned, or an approval is missing.
PASS         otherwise.

The gate is no grade: an honest FAIL earns full points.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from course_lib.packet.cost import recompute
from course_lib.packet.schema import Result, Risk, Threshold

if TYPE_CHECKING:
    from course_lib.packet.checks.core import Context

Value = Literal["PASS", "CONDITIONAL", "FAIL"]
State = Literal["met", "bound", "unmet", "unmeasured"]
RANK: dict[Value, int] = {"PASS": 0, "CONDITIONAL": 1, "FAIL": 2}  # from best to worst
APPROVERS = ("EXEC", "SECURITY")
HIGH, MEDIUM = 15, 10  # residual scores, of 25
SHARES = ("accuracy", "failure_rate", "leak_rate", "hit_at_")  # how the metrics that lie in 0..1 begin
COST_METRIC = "cost per request"
OPERATORS = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}
ROUNDING = 1e-9


@dataclass(frozen=True)
class Outcome:
    """One threshold with one measurement that answers it.

    `needed` is the threshold in the metric's own unit. `bound` is the end of the 95 % interval on the bad side, or None
    for a metric that counts as exact. State "bound" means that only the point estimate holds.
    """

    threshold: Threshold
    state: State
    needed: float
    evidence: str | None = None
    metric: str = ""
    point: float | None = None
    bound: float | None = None

    @property
    def id(self) -> str:
        return self.threshold.id or "a threshold without id"

    @property
    def blocking(self) -> bool:
        return self.threshold.severity in (None, "blocking")


@dataclass(frozen=True)
class Reason:
    """Why the gate is not better: one sentence, what it is about, and the numbers of a threshold.

    `told` marks a reason that is an error of some check already.
    """

    value: Value
    subject: str
    text: str
    threshold: str | None = None
    point: float | None = None
    bound: float | None = None
    needed: float | None = None
    told: bool = False


@dataclass(frozen=True)
class Verdict:
    """The computed gate and every reason why it is not better; no reason for PASS."""

    value: Value
    reasons: list[Reason]


def holds(value: float, op: str | None, needed: float) -> bool:
    """Whether `value op needed` is true, but for rounding in the last digits; a missing op never holds."""
    if abs(value - needed) <= ROUNDING:
        return op in (">=", "<=", "==")
    return op in OPERATORS and bool(OPERATORS[op](value, needed))


def bound_of(metrics: dict[str, float], metric: str, op: str | None) -> float | None:
    """The end of a metric's 95 % interval that a threshold has to clear, or None if the metric has none."""
    side = {">": "low", "<": "high"}.get((op or " ")[0])
    return metrics.get(f"{metric}_{side}") if side else None


def needed_value(threshold: Threshold, metric: str) -> float:
    """A threshold's value in the unit of the metric: percent become shares, seconds become milliseconds."""
    value = threshold.value or 0.0
    if threshold.unit == "percent":
        return value / 100
    return value * 1000 if threshold.unit == "seconds" and metric.endswith("_ms") else value


def outcomes(context: Context) -> list[Outcome]:
    """Every threshold with each measurement that answers it, in the packet's order; unanswered ones too."""
    evaluation = context.model.evaluation
    results = evaluation.results if evaluation else []
    found = []
    for threshold in context.model.thresholds:
        if threshold.value is None:
            continue
        answers = [result for result in results if result.threshold == threshold.id]
        if threshold.dimension == "cost":
            found.append(_cost_outcome(context, threshold))
        elif not answers:
            found.append(Outcome(threshold, "unmeasured", threshold.value))
        found += [_outcome(context, threshold, one) for one in answers if threshold.dimension != "cost"]
    return found


def residual(risk: Risk) -> int | None:
    """Severity x likelihood after mitigation; what has no residual rating stays as it was. None without ratings."""
    severity = risk.residual_severity or risk.severity
    likelihood = risk.residual_likelihood or risk.likelihood
    return severity * likelihood if severity and likelihood else None


def accepted(context: Context, risk: Risk) -> bool:
    """Whether EXEC accepts what is left of a risk, today."""
    acceptance = risk.acceptance
    return bool(acceptance and acceptance.role and acceptance.expires and acceptance.expires >= context.today)


def compute_gate(context: Context) -> Verdict:
    """The gate that the numbers give, with its reasons, worst first.

    `context.findings` has to hold the findings of the checks; those of the gate's own checks do not count.
    """
    reasons = [
        *_from_errors(context),
        *_from_use(context),
        *_from_thresholds(context),
        *_from_risks(context),
        *_from_controls(context),
        *_from_approvals(context),
    ]
    reasons.sort(key=lambda reason: -RANK[reason.value])
    return Verdict(reasons[0].value if reasons else "PASS", reasons)


# --- thresholds ---------------------------------------------------------------------------------------------


def _outcome(context: Context, threshold: Threshold, result: Result) -> Outcome:
    metric = result.metric or ""
    needed = needed_value(threshold, metric)
    metrics = context.measured.get(result.evidence or "", {})
    if metric not in metrics:
        return Outcome(threshold, "unmeasured", needed, result.evidence, metric)
    point, bound = metrics[metric], bound_of(metrics, metric, threshold.op)
    return Outcome(
        threshold, _state(point, bound, threshold.op, needed), needed, result.evidence, metric, point, bound
    )


def _cost_outcome(context: Context, threshold: Threshold) -> Outcome:
    cost, needed = recompute(context), threshold.value or 0.0
    if cost is None:
        return Outcome(threshold, "unmeasured", needed, None, COST_METRIC)
    state = _state(cost.per_request, None, threshold.op, needed)
    return Outcome(threshold, state, needed, None, COST_METRIC, cost.per_request)


def _state(point: float, bound: float | None, op: str | None, needed: float) -> State:
    if not holds(point, op, needed):
        return "unmet"
    return "met" if bound is None or holds(bound, op, needed) else "bound"


def _from_thresholds(context: Context) -> Iterator[Reason]:
    for one in outcomes(context):
        if one.state == "met":
            continue
        wish = f"{one.threshold.op} {one.needed:.4g}"
        value: Value = "CONDITIONAL" if one.state == "bound" or not one.blocking else "FAIL"
        kind = "blocking" if one.blocking else f"{one.threshold.severity}, so it does not block"
        source = f"{one.metric} in {one.evidence}" if one.evidence else f"the recomputed {one.metric}"
        if one.state == "unmeasured":
            text = f"{one.id} ({kind}) was not measured; {one.threshold.metric or 'it'} has to be {wish}."
        elif one.state == "unmet":
            ending = f" (95 % bound {one.bound:.4g})" if one.bound is not None else ""
            text = f"{one.id} ({kind}) is not met: {source} is {one.point:.4g}{ending}, needed is {wish}."
        else:
            text = (
                f"{one.id} holds by its point estimate only: {source} is {one.point:.4g}, but the 95 % bound"
                f" {one.bound:.4g} is not {wish}."
            )
        told = one.state == "unmeasured"
        yield Reason(value, one.id, text, one.id, one.point, one.bound, one.needed, told)


# --- everything else ----------------------------------------------------------------------------------------


def _from_errors(context: Context) -> Iterator[Reason]:
    errors = [
        finding
        for finding in context.findings
        if finding.severity == "error" and not finding.check.startswith("GATE-")
    ]
    if errors:
        names = ", ".join(dict.fromkeys(finding.check for finding in errors))
        count = "1 error of the checks is" if len(errors) == 1 else f"{len(errors)} errors of the checks are"
        yield Reason("FAIL", "errors", f"{count} open: {names}.", told=True)


def _from_use(context: Context) -> Iterator[Reason]:
    risk = context.model.risk_classification
    if risk and risk.eu_ai_act and risk.eu_ai_act.class_ == "prohibited":
        yield Reason(
            "FAIL", "risk_classification.eu_ai_act.class", "The packet itself calls the use prohibited."
        )


def _from_risks(context: Context) -> Iterator[Reason]:
    for index, risk in enumerate(context.model.risks):
        score, name = residual(risk), risk.id or f"risks[{index}]"
        if score is None or score < MEDIUM:
            continue
        if score >= HIGH and not accepted(context, risk):
            text = f"{name} stays at {score} of 25, and EXEC has not accepted it."
            yield Reason("FAIL", name, text, told=True)
        elif score >= HIGH and risk.acceptance:
            until = risk.acceptance.expires
            yield Reason(
                "CONDITIONAL", name, f"{name} stays at {score} of 25; EXEC accepts it until {until}."
            )
        else:
            yield Reason(
                "CONDITIONAL", name, f"{name} stays at {score} of 25; below {MEDIUM} it would be low."
            )


def _from_controls(context: Context) -> Iterator[Reason]:
    for index, control in enumerate(context.model.controls):
        if control.status == "planned":
            name = control.id or f"controls[{index}]"
            due = f" until {control.due_date}" if control.due_date else ""
            area = (control.area or "control").replace("_", " ")
            yield Reason("CONDITIONAL", name, f"{name} ({area}) is planned{due} and not in place yet.")


def _from_approvals(context: Context) -> Iterator[Reason]:
    given = (
        {approval.role for approval in context.model.gate.approvals if approval.date}
        if context.model.gate
        else set()
    )
    missing = [role for role in APPROVERS if role not in given]
    if missing:
        verb = "has" if len(missing) == 1 else "have"
        text = f"{' and '.join(missing)} {verb} not approved yet."
        yield Reason("CONDITIONAL", "gate.approvals", text, told=True)
