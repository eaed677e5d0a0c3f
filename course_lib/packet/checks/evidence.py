"""EVD: evidence exists, is unchanged, gives the numbers that it states, and belongs to this learner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.evidence import MINIMUM_ROWS, RECOMPUTE, REQUIRED, Stored, learner_seed, same

STALE_DAYS = 120


def readable(context: Context) -> Iterator[tuple[str, Stored]]:
    """Registered evidence whose files can be read."""
    return ((id, stored) for id, stored in context.evidence.items() if not stored.problem)


@check("EVD-04", "01", "error", 1, "provenance: date, code version, env, seed, n", needs=("evidence",))
def provenance(context: Context) -> Iterator[Issue]:
    """The envelope has every field that the library writes."""
    for id, stored in readable(context):
        if stored.missing:
            yield Issue(
                id, f"{id} lacks '{stored.missing[0]}'. Save evidence with `save_evidence(...)`, not by hand."
            )
        elif stored.envelope["kind"] not in RECOMPUTE:
            yield Issue(
                id, f"{id} has the kind '{stored.envelope['kind']}', which the library does not know."
            )
        elif stored.envelope["raw"]["rows"] != len(stored.rows):
            yield Issue(
                id, f"{id} says {stored.envelope['raw']['rows']} rows; its file has {len(stored.rows)}."
            )
        elif _day(stored) is None:
            yield Issue(id, f"{id} has no readable 'created_at'. Save evidence with `save_evidence(...)`.")


@check(
    "EVD-02",
    "01",
    "error",
    3,
    "metrics recomputed from raw rows agree",
    needs=("evidence",),
    follows=("EVD-04",),
)
def metrics_recomputed(context: Context) -> Iterator[Issue]:
    """Every metric in the envelope follows from the raw rows."""
    for id, stored in readable(context):
        if stored.missing or stored.envelope["kind"] not in RECOMPUTE:
            continue
        try:
            computed = RECOMPUTE[stored.envelope["kind"]](stored.rows)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, IndexError):
            yield Issue(
                id,
                f"The rows of {id} are not rows of the kind '{stored.envelope['kind']}'. Measure again.",
                True,
            )
            continue
        stated = stored.envelope["metrics"]
        for name in sorted(set(computed) | set(stated)):
            said, value = stated.get(name), computed.get(name)
            number = isinstance(said, int | float) and not isinstance(said, bool)
            if value is None or not number or not same(float(said), value):
                gives = f"give {value:.4g}" if value is not None else "do not give it"
                shown = f"{float(said):.4g}" if number else "nothing" if said is None else repr(said)[:20]
                yield Issue(
                    id,
                    f"{id} says {name} {shown}; its {len(stored.rows)} rows {gives}. Do not edit evidence:"
                    " measure again.",
                    True,
                )
                break


@check(
    "EVD-03",
    "01",
    "error",
    2,
    "evidence belongs to this learner, use case and lesson seed",
    needs=("evidence", "meta"),
)
def belongs(context: Context) -> Iterator[Issue]:
    """Learner, use case and seed of the envelope are those of this packet."""
    meta = context.model.meta
    if meta is None or not meta.learner_id or not meta.use_case_id:
        return
    listed = {entry.id: entry for entry in context.model.evidence}
    for id, stored in readable(context):
        if stored.missing:
            continue
        envelope, entry = stored.envelope, listed[id]
        owner = (envelope["learner"], envelope["use_case"])
        if owner != (meta.learner_id, meta.use_case_id):
            yield Issue(
                id,
                f"{id} was measured for learner '{owner[0]}' and use case '{owner[1]}', this packet is "
                f"'{meta.learner_id}' and '{meta.use_case_id}'. Measure again with this packet.",
                True,
            )
        elif (envelope["id"], envelope["lesson"], envelope["kind"]) != (id, entry.lesson, entry.kind):
            yield Issue(
                id,
                f"The packet lists {id} with another id, lesson or kind than its file has. Measure again.",
                True,
            )
        elif envelope["seed"] != learner_seed(meta.learner_id, meta.use_case_id, envelope["lesson"]):
            yield Issue(
                id,
                f"{id} was not drawn with your seed for lesson {envelope['lesson']}. Run the lab with your"
                " own learner id.",
                True,
            )


@check(
    "EVD-01",
    "01",
    "error",
    2,
    "evidence file exists and its hash equals the packet's",
    needs=("evidence",),
    follows=("EVD-02", "EVD-03", "EVD-04"),
)
def unchanged(context: Context) -> Iterator[Issue]:
    """The files are there and are the ones that were registered."""
    listed = {entry.id: entry for entry in context.model.evidence}
    for id, stored in context.evidence.items():
        if stored.problem:
            yield Issue(id, f"{id}: {stored.problem} Run the lab cell again.")
        elif stored.envelope_sha256 != listed[id].sha256:
            yield Issue(
                id,
                f"{listed[id].path} changed after you registered it. Do not edit evidence: run the lab cell"
                " again.",
                True,
            )
        elif not stored.missing and stored.rows_sha256 != stored.envelope["raw"]["sha256"]:
            yield Issue(
                id,
                f"{stored.envelope['raw']['path']} changed after it was measured. Do not edit evidence: run"
                " the lab cell again.",
                True,
            )


@check(
    "EVD-05",
    "01",
    "error",
    1,
    "evidence is not older than the packet or the stale limit",
    needs=("evidence",),
)
def fresh(context: Context) -> Iterator[Issue]:
    """Evidence is from this course run, at most 120 days old, and not from the future."""
    started = context.model.meta.created if context.model.meta else None
    for id, stored in readable(context):
        day = _day(stored)
        if day is None:
            continue
        age = (context.today - day).days
        if age > STALE_DAYS:
            yield Issue(
                id, f"{id} is {age} days old; evidence older than {STALE_DAYS} days must be run again."
            )
        elif started and (started - day).days > 1:
            yield Issue(id, f"{id} is from {day}, before this packet was started ({started}). Measure again.")
        elif day > context.latest:
            yield Issue(id, f"{id} is from {day}, which is in the future. Check this computer's clock.")


@check("EVD-06", "00", "error", 1, "each finished lesson has its required evidence", follows=("STR-01",))
def required_kinds(context: Context) -> Iterator[Issue]:
    """Each lesson up to this one has its kinds of evidence, with enough rows."""
    if not context.model.evidence:
        yield Issue(
            "evidence",
            "Nothing is measured yet: run the packet notebook of your lab; it registers what it measures.",
        )
        return
    for lesson, kinds in REQUIRED.items():
        for kind in kinds if lesson <= context.lesson else ():
            ids = [
                entry.id for entry in context.model.evidence if (entry.lesson, entry.kind) == (lesson, kind)
            ]
            if not ids:
                yield Issue(
                    f"{lesson}.{kind}",
                    f"Lesson {lesson} needs evidence of kind {kind}: run its packet notebook.",
                )
                continue
            need = MINIMUM_ROWS.get(kind, 1)
            best = max((len(context.evidence[id].rows) for id in ids if id in context.evidence), default=0)
            readable_one = any(id in context.evidence and not context.evidence[id].problem for id in ids)
            if readable_one and best < need:
                yield Issue(
                    f"{lesson}.{kind}",
                    f"{ids[0]} has {best} rows; {kind} needs at least {need}. Measure again.",
                )


def _day(stored: Stored) -> date | None:
    """The day of the measurement, or None if the envelope does not say."""
    try:
        return datetime.strptime(str(stored.envelope.get("created_at")), "%Y-%m-%dT%H:%M:%SZ").date()
    except ValueError:
        return None
