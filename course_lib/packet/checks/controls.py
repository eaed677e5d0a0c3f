"""CTL, OVS, MON, INC, RBK: what protects the system while it runs, who watches it, and how it is taken back."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.schema import Control, allowed_values

AREAS = allowed_values(Control.model_fields["area"])
SIGNALS = ("quality", "security", "cost", "latency")
INCIDENT_FIELDS = {
    "severities": "Which levels do you tell apart, and by what?",
    "commander_role": "Which role leads?",
    "first_response_minutes": "Within how many minutes does somebody act?",
    "evidence_to_collect": "What is kept for the review afterwards?",
}


@check("CTL-01", "04", "error", 2, "nine control areas are covered, with proof or a day", needs=("controls",))
def nine_areas(context: Context) -> Iterator[Issue]:
    """Each area has a control; 'implemented' cites evidence and 'planned' has a day to come."""
    covered = {control.area for control in context.model.controls}
    missing = [area for area in AREAS if area not in covered]
    if missing:
        yield Issue(
            "controls",
            f"{len(AREAS) - len(missing)} of {len(AREAS)} control areas are covered; missing: {', '.join(missing)}."
            " Add a control for each.",
        )
    for index, control in enumerate(context.model.controls):
        name, path = control.id or f"controls[{index}]", f"controls[{index}]"
        if control.status == "implemented" and control.evidence is None:
            yield Issue(
                name,
                f"{name} says 'implemented' but cites no evidence. Say 'planned' with a due date, or test it.",
                told=context.misfit(f"{path}.evidence"),
            )
        elif control.status == "planned" and control.due_date is None:
            yield Issue(
                name,
                f"{name} says 'planned' without a due date. Until when will it be in place?",
                told=context.misfit(f"{path}.due_date"),
            )
        elif control.status == "planned" and control.due_date and control.due_date < context.today:
            yield Issue(
                name, f"{name} was planned until {control.due_date}. Is it in place, or what is the new day?"
            )


@check(
    "CTL-02",
    "04",
    "error",
    1,
    "raw prompts are not logged, or only with a retention period",
    needs=("controls",),
    follows=("CTL-01",),
)
def raw_prompts(context: Context) -> Iterator[Issue]:
    """The logging control says whether prompts are stored as typed, and if so for how long."""
    logging = [control for control in context.model.controls if control.area == "logging"]
    if not logging:
        yield Issue("controls", "No control for logging says whether raw prompts are stored.")
    for index, control in enumerate(context.model.controls):
        name, path = control.id or f"controls[{index}]", f"controls[{index}]"
        silent = control in logging and control.raw_prompts is None
        if silent or (control.raw_prompts and control.retention_days is None):
            found = "does not say whether raw prompts are stored" if silent else "stores raw prompts for ever"
            yield Issue(
                f"{path}.raw_prompts",
                f"{name} {found}. Say raw_prompts: false, or give retention_days for raw prompts.",
                told=context.misfit(path),
            )


@check(
    "OVS-01",
    "04",
    "error",
    2,
    "oversight: reviewer, rate, stop condition; capacity covers the load",
    needs=("oversight",),
    follows=("STR-01",),
)
def capacity(context: Context) -> Iterator[Issue]:
    """The hours that people have cover the outputs that they are to look at, and those reviews are paid for."""
    oversight, use_case, cost = context.model.oversight, context.model.use_case, context.model.cost_model
    if oversight is None:
        return
    needed = ("reviewer_role", "review_rate", "review_minutes", "reviewer_hours_per_month", "stop_condition")
    lacking = [name for name in needed if getattr(oversight, name) is None]
    if lacking:
        message = f"oversight lacks {', '.join(lacking)}; without it nobody can plan the reviews."
        yield Issue("oversight", message, told=context.misfit("oversight"))
        return
    requests = use_case.volume.requests_per_month if use_case and use_case.volume else None
    rate, minutes = oversight.review_rate or 0.0, oversight.review_minutes or 0.0
    hours, planned = (requests or 0) * rate * minutes / 60, oversight.reviewer_hours_per_month or 0.0
    tier = context.model.risk_classification.tier if context.model.risk_classification else None
    if rate == 0 and (tier or 1) >= 2:
        yield Issue(
            "oversight.review_rate",
            f"oversight.review_rate is 0: at tier {tier} somebody looks at a share of the outputs. Which share?",
        )
    review = cost.human_review if cost else None
    paid = review.rate if review else None
    if "cost_model.human_review" in context.packet.not_applicable:
        paid = 0.0
    if hours > planned * 1.01:
        what = "everything" if rate == 1 else f"{rate:.4g} of {requests} outputs at {minutes:g} min"
        yield Issue(
            "oversight.reviewer_hours_per_month",
            f"Reviewing {what} needs {hours:.0f} h a month; you planned {planned:.4g}. Plan more hours, or review"
            " less and say why that is enough.",
        )
    elif paid is not None and rate > paid * 1.01 + 1e-9:
        yield Issue(
            "oversight.review_rate",
            f"oversight.review_rate is {rate:g}, but the cost model pays for {paid:g}"
            " (cost_model.human_review.rate). Make them agree.",
        )
    elif review and review.minutes is not None and minutes < review.minutes * 0.99:
        yield Issue(
            "oversight.review_minutes",
            f"oversight.review_minutes is {minutes:g}, but the cost model counts {review.minutes:g} for one item"
            " (cost_model.human_review.minutes). Make them agree.",
        )


@check(
    "MON-01",
    "04",
    "error",
    2,
    "quality, security, cost and latency signals with number, window, owner, action",
    needs=("monitoring",),
    follows=("STR-01",),
)
def four_signals(context: Context) -> Iterator[Issue]:
    """Four dimensions are watched, and each signal says when it alerts, whom, and what they do."""
    watched = {signal.dimension for signal in context.model.monitoring}
    for dimension in SIGNALS:
        if dimension not in watched:
            yield Issue(
                f"monitoring.{dimension}",
                f"No {dimension} signal. Name metric, window, alert value, owner role and action.",
            )
    for index, signal in enumerate(context.model.monitoring):
        path = f"monitoring[{index}]"
        names = ("metric", "op", "alert_value", "window_minutes", "owner_role", "action")
        lacking = [name for name in names if getattr(signal, name) is None]
        if lacking:
            yield Issue(
                path,
                f"{path} lacks {', '.join(lacking)}. Who does what, and when?",
                told=context.misfit(path),
            )


@check("MON-02", "04", "warning", 1, "alerts are as tight as the release threshold", needs=("monitoring",))
def alerts_in_time(context: Context) -> Iterator[Issue]:
    """An alert fires before the release threshold is broken, or just then."""
    thresholds = {threshold.id: threshold for threshold in context.model.thresholds if threshold.id}
    for index, signal in enumerate(context.model.monitoring):
        threshold = thresholds.get(signal.threshold or "")
        if threshold is None or threshold.value is None or signal.alert_value is None:
            continue
        upward = (threshold.op or "").startswith(">")
        late = signal.alert_value < threshold.value if upward else signal.alert_value > threshold.value
        if late and threshold.op != "==":
            yield Issue(
                f"monitoring[{index}].alert_value",
                f"The alert on {signal.metric} ({signal.alert_value:g}) fires only after {threshold.id}"
                f" ({threshold.op} {threshold.value:g}) is broken; tighten it.",
            )


@check(
    "INC-01",
    "04",
    "error",
    1,
    "incident runbook: severities, roles, first response, evidence list",
    needs=("incident",),
)
def runbook(context: Context) -> Iterator[Issue]:
    """Whoever is called at night finds levels, a leader, a time and a list."""
    for name, question in INCIDENT_FIELDS.items():
        path = f"incident.{name}"
        answered = path in context.packet.not_applicable or context.misfit(path)
        value = getattr(context.model.incident, name, None)
        if value in (None, []) and not answered:
            yield Issue(path, f"{path} is missing. {question}")
        elif name == "severities" and isinstance(value, list) and len(value) == 1:
            yield Issue(path, f"{path} has one level; a second one tells what may wait until morning.")


@check(
    "RBK-01",
    "04",
    "error",
    2,
    "rollback trigger is a monitored metric with op and number",
    needs=("rollback",),
    follows=("STR-01",),
)
def trigger_is_watched(context: Context) -> Iterator[Issue]:
    """What starts the rollback is something that is watched."""
    trigger = context.model.rollback.trigger if context.model.rollback else None
    if trigger is None or trigger.metric is None or trigger.op is None or trigger.value is None:
        path = "rollback.trigger" if trigger else "rollback"
        yield Issue(path, "rollback.trigger needs metric, op and value.", told=context.misfit("rollback"))
        return
    watched = {
        signal.metric.casefold(): signal.metric for signal in context.model.monitoring if signal.metric
    }
    if trigger.metric.casefold() not in watched:
        close = difflib.get_close_matches(trigger.metric.casefold(), watched, n=1)
        names = ", ".join(f"'{name}'" for name in watched.values())
        hint = f"Did you mean '{watched[close[0]]}'?" if close else f"Watched are: {names or 'none'}."
        yield Issue(
            "rollback.trigger.metric", f"The trigger '{trigger.metric}' is not a monitored metric. {hint}"
        )


@check("RBK-02", "04", "error", 2, "rollback was rehearsed within max_minutes", needs=("rollback",))
def rehearsed(context: Context) -> Iterator[Issue]:
    """A drill was measured, and it took no longer than promised."""
    rollback = context.model.rollback
    if rollback is None:
        return
    id, path = rollback.drill_evidence, "rollback.drill_evidence"
    stored = context.evidence.get(id or "")
    if id is None:
        yield Issue(
            path,
            "No drill evidence: run the rollback drill cell (10 minutes).",
            told=context.misfit(path),
        )
    elif stored is None or stored.problem:
        yield Issue(path, f"{id} cannot be read.", told=True)
    elif "minutes" not in context.measured[id]:
        kind = stored.envelope.get("kind", "unknown")
        yield Issue(path, f"{path} is {id}, which is of kind {kind}. Cite evidence of kind drill.")
    elif context.measured[id]["minutes"] <= 0:
        yield Issue(
            path, f"The drill {id} took no time at all, so nothing was rolled back. Run the drill again."
        )
    elif rollback.max_minutes is not None and context.measured[id]["minutes"] > rollback.max_minutes:
        yield Issue(
            "rollback.max_minutes",
            f"The drill {id} took {context.measured[id]['minutes']:.4g} minutes; rollback.max_minutes is"
            f" {rollback.max_minutes:g}. Shorten the steps and rehearse again, or promise what you measured.",
        )
