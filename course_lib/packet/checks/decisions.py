"""DEC and LOG: decisions that rest on measurements, and the history of the packet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.schema import LESSONS

REQUIRED_TOPICS = {"02": ("decoding",), "04": ("model", "hosting"), "11": ("adaptation",)}
HELP = {
    "decoding": "temperature, lesson 02",
    "model": "lesson 04",
    "hosting": "lesson 04",
    "adaptation": "lesson 11",
}


@check("DEC-01", "02", "error", 2, "each decision cites >=1 existing evidence id", needs=("decisions",))
def cites_evidence(context: Context) -> Iterator[Issue]:
    """A decision names the measurement that it rests on."""
    known = {entry.id for entry in context.model.evidence}
    for index, decision in enumerate(context.model.decisions):
        if not known.intersection(decision.evidence):
            name = decision.id or f"decisions[{index}]"
            yield Issue(name, f"{name} cites no evidence. Which measurement made you decide?")


@check(
    "DEC-02",
    "02",
    "error",
    2,
    "each decision has >=1 rejected alternative with a number",
    needs=("decisions",),
)
def rejects_with_number(context: Context) -> Iterator[Issue]:
    """A decision names what was rejected, and why, with a number."""
    for index, decision in enumerate(context.model.decisions):
        name = decision.id or f"decisions[{index}]"
        if not decision.alternatives:
            yield Issue(
                name, f"{name} names no rejected alternative. What else could you have done, and why not?"
            )
        for alternative in decision.alternatives:
            reason = alternative.rejected_because or ""
            if len(reason) < 20 or not re.search(
                r"\d|\{\{", re.sub(r"\bT = |\b[A-Z]+(-[A-Z0-9]+)+\b", "", reason)
            ):
                yield Issue(
                    name,
                    f"{name}: the rejected option '{(alternative.option or '?')[:40]}' needs a reason with a"
                    " number: what was measured, or what it costs.",
                )
                break


@check("DEC-03", "02", "error", 1, "required decisions made for the lesson", follows=("STR-01",))
def required_decisions(context: Context) -> Iterator[Issue]:
    """Each lesson's decision is there."""
    made = {decision.topic for decision in context.model.decisions if decision.chosen}
    for lesson, topics in REQUIRED_TOPICS.items():
        for topic in topics if lesson <= context.lesson else ():
            if topic not in made:
                yield Issue(
                    f"decisions.{topic}" if made else "decisions",
                    f"No decision on '{topic}' yet ({HELP[topic]}).",
                )


@check("DEC-04", "02", "warning", 1, "review date set and in the future", needs=("decisions",))
def review_ahead(context: Context) -> Iterator[Issue]:
    """A decision is looked at again on a day to come."""
    for index, decision in enumerate(context.model.decisions):
        name = decision.id or f"decisions[{index}]"
        if decision.review_date is None or decision.review_date <= context.today:
            found = decision.review_date or "none"
            yield Issue(
                name, f"{name} has no review date in the future (found {found}). When do you look again?"
            )


@check(
    "LOG-01",
    "00",
    "error",
    1,
    "changelog entry for each finished lesson, with changed fields",
    follows=("STR-01",),
)
def changelog_complete(context: Context) -> Iterator[Issue]:
    """Each lesson up to this one has an entry that names the changed fields."""
    if not context.model.changelog:
        yield Issue(
            "changelog", "The changelog is empty. Add one entry for each lesson: what changed, and why?"
        )
        return
    entries = {str(change.lesson): change for change in context.model.changelog if change.lesson}
    for lesson in LESSONS[: LESSONS.index(context.lesson) + 1]:
        change = entries.get(lesson)
        if change is None:
            yield Issue(
                f"changelog.{lesson}",
                f"No changelog entry for lesson {lesson}. Add one: what changed, and why?",
            )
        elif not change.fields_changed:
            yield Issue(
                f"changelog.{lesson}", f"The changelog entry for lesson {lesson} names no fields_changed."
            )


@check("LOG-02", "00", "error", 1, "lock chain: the packet names its last seal", needs=("meta.learner_id",))
def chain_holds(context: Context) -> Iterator[Issue]:
    """The lock is whole, and meta.prev_lock is the hash of its last entry."""
    named = context.model.meta.prev_lock if context.model.meta else None
    if context.lock_problem:
        yield Issue("packet.lock.json", context.lock_problem, True)
    elif context.lock and named != context.lock[-1]["hash"]:
        interrupted = named == context.lock[-1]["prev"]
        hint = (
            " If sealing was interrupted, seal again."
            if interrupted
            else " Restore the field or the lock file."
        )
        yield Issue("meta.prev_lock", f"meta.prev_lock is not the hash of your last sealed packet.{hint}")
    elif named and not context.lock:
        yield Issue(
            "meta.prev_lock", "meta.prev_lock names a seal, but packet.lock.json is gone. Put the file back."
        )
