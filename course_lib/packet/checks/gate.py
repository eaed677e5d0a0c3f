"""GATE: the declared verdict is not better than the computed one, and carries what it needs."""

from __future__ import annotations

from collections.abc import Iterator

from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.gate import APPROVERS, RANK, compute_gate


@check(
    "GATE-02",
    "04",
    "error",
    1,
    "CONDITIONAL carries conditions with owner and date; PASS carries approvals",
    needs=("gate.declared",),
    follows=("STR-01",),
)
def carries_what_it_needs(context: Context) -> Iterator[Issue]:
    """A condition has an owner and a day to come; PASS is approved by EXEC and SECURITY."""
    gate = context.model.gate
    if gate is None:
        return
    if gate.declared == "CONDITIONAL" and not gate.conditions:
        yield Issue(
            "gate.conditions",
            "CONDITIONAL needs conditions with text, owner role and due date: what has to happen until when?",
        )
    for index, condition in enumerate(gate.conditions if gate.declared == "CONDITIONAL" else []):
        path = f"gate.conditions[{index}]"
        lacking = [name for name in ("text", "owner_role", "due_date") if getattr(condition, name) is None]
        if lacking:
            told = context.misfit(path)
            yield Issue(path, f"{path} needs {', '.join(lacking)}: who does it until when?", told=told)
        elif condition.due_date and condition.due_date < context.today:
            yield Issue(path, f"{path} was due on {condition.due_date}. Was it done, or what is the new day?")
    given = {approval.role for approval in gate.approvals if approval.date}
    missing = [role for role in APPROVERS if role not in given]
    if gate.declared == "PASS" and missing:
        yield Issue(
            "gate.approvals",
            f"PASS needs an approval with role and date by {' and '.join(missing)}. Ask them.",
        )


@check(
    "GATE-01",
    "04",
    "error",
    2,
    "declared gate is not better than the computed gate",
    needs=("gate.declared",),
    follows=("GATE-02",),
)
def not_better_than_computed(context: Context) -> Iterator[Issue]:
    """The learner may declare what the numbers give, or worse.

    Where only that stands in the way which other findings say already, this one is not shown.
    """
    declared = context.model.gate.declared if context.model.gate else None
    verdict = compute_gate(context)
    if declared is None or RANK[declared] >= RANK[verdict.value]:
        return
    against = [reason for reason in verdict.reasons if RANK[reason.value] > RANK[declared]]
    numbers = [reason for reason in against if not reason.told]
    if not numbers:
        yield Issue(against[0].subject, against[0].text, told=True)
        return
    value = numbers[0].value
    more = f" ({len(numbers) - 1} more such reasons.)" if len(numbers) > 2 else ""
    more = " (1 more such reason.)" if len(numbers) == 2 else more
    yield Issue(
        "gate.declared",
        f"You declared {declared}; the numbers give {value}. {numbers[0].text}{more} Declare {value}: an honest"
        " gate earns full points.",
    )
