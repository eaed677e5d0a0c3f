"""EVD: evidence exists, is unchanged, gives the numbers that it states, and belongs to this learner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from course_lib.packet.cases import DATA_IDS, get_case
from course_lib.packet.cases.rows import (
    CASE_ROWS,
    FACT_ROWS,
    FACTS,
    Difference,
    first_difference,
    injection_rows,
)
from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.evidence import SCHEMA, Stored, learner_seed
from course_lib.packet.kinds import MINIMUM_ROWS, RECOMPUTE, REQUIRED, same

STALE_DAYS = 120
DISTINCT_TIMES = 5  # fewer different latencies than this are no measurement
FASTEST_MS = 0.0002  # 200 ns: even a function that does nothing takes longer


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
        elif stored.envelope["schema"] != SCHEMA:
            yield Issue(
                id,
                f"{id} has the schema '{str(stored.envelope['schema'])[:40]}'; this course reads '{SCHEMA}'."
                " Update the course, or measure again.",
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
    "EVD-07",
    "01",
    "error",
    2,
    "replay: texts, gold labels, counts and deterministic outputs match the course data",
    needs=("evidence",),
    follows=("EVD-02", "EVD-03", "EVD-04"),
)
def replayed(context: Context) -> Iterator[Issue]:
    """Rows on course data are made again with the learner's seed and compared, outputs too if the system is the
    course's own. Evidence of lessons 00 to 02 on other data is left alone.
    """
    for id, stored in readable(context):
        if stored.missing or not stored.rows:
            continue
        kind, data_id = stored.envelope["kind"], stored.envelope["inputs"].get("data_id")
        if kind == "temperature_sweep" and data_id == FACTS:
            yield from _differences(id, stored, first_difference(stored.rows, _fact_rows(stored)))
        elif kind in CASE_ROWS:
            problem = _other_data(id, stored)
            if problem:
                yield problem
                continue
            case = get_case(data_id)
            if len(stored.rows) > len(case.locked):
                yield Issue(
                    id, f"{id} has {len(stored.rows)} rows; {data_id} has {len(case.locked)} texts.", True
                )
                continue
            name = stored.envelope["tokenizer" if kind == "token_count" else "system"]
            made = CASE_ROWS[kind](case, stored.envelope["seed"], len(stored.rows), name)
            yield from _differences(id, stored, first_difference(stored.rows, made))


@check(
    "EVD-08",
    "01",
    "error",
    2,
    "probes are the course's, all of them were run, and their outputs are scored again",
    needs=("evidence",),
    follows=("EVD-02", "EVD-03", "EVD-04"),
)
def probes_complete(context: Context) -> Iterator[Issue]:
    """Injection probes, and failure probes about the fact world, are the course's own, and none is missing."""
    for id, stored in readable(context):
        if stored.missing:
            continue
        kind, data_id = stored.envelope["kind"], stored.envelope["inputs"].get("data_id")
        if kind == "failure_probes" and data_id == FACTS:
            probes = _fact_rows(stored)
        elif kind == "injection":
            problem = _other_data(id, stored)
            if problem:
                yield problem
                continue
            probes = injection_rows(get_case(data_id), stored.envelope["system"])
        else:
            continue
        run = {str(row.get("id")) for row in stored.rows} & {probe["id"] for probe in probes}
        difference = first_difference(stored.rows, probes)
        if difference:
            yield from _differences(id, stored, difference)
        elif len(run) < len(probes):
            yield Issue(
                id, f"{id}: only {len(run)} of the {len(probes)} course probes were run. Measure again."
            )


@check("EVD-09", "01", "warning", 1, "latency rows look measured", needs=("evidence",), follows=("EVD-02",))
def times_measured(context: Context) -> Iterator[Issue]:
    """Measured times differ from each other and are above 0."""
    for id, stored in readable(context):
        if stored.missing or stored.envelope["kind"] != "latency" or not stored.rows:
            continue
        times = {str(row.get("milliseconds")) for row in stored.rows}
        if len(times) < min(DISTINCT_TIMES, len(stored.rows)):
            values = "one single value" if len(times) == 1 else f"only {len(times)} values"
            yield Issue(
                id,
                f"{id}: {len(stored.rows)} latencies with {values}: that is not a measurement. Measure again.",
            )
        elif any(
            time <= 0 for row in stored.rows if isinstance(time := row.get("milliseconds"), int | float)
        ):
            yield Issue(id, f"{id} has a latency of 0 ms or less. Measure again with a finer clock.")
        elif context.measured[id].get("p50_ms", 1.0) < FASTEST_MS:
            yield Issue(
                id,
                f"{id}: half of the latencies are below {FASTEST_MS * 1e6:.0f} nanoseconds, faster than any system"
                " answers. Are they milliseconds? Measure again.",
            )


@check(
    "EVD-01",
    "01",
    "error",
    2,
    "evidence file exists and its hash equals the packet's",
    needs=("evidence",),
    follows=("EVD-02", "EVD-03", "EVD-04", "EVD-07", "EVD-08"),
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
        for kind, count in Counter(kinds if lesson <= context.lesson else ()).items():
            ids = [
                entry.id for entry in context.model.evidence if (entry.lesson, entry.kind) == (lesson, kind)
            ]
            if len(ids) < count:
                wish = f"needs evidence of kind {kind}" + (
                    f" {count} times; found {len(ids)}" if count > 1 else ""
                )
                yield Issue(f"{lesson}.{kind}", f"Lesson {lesson} {wish}: run its packet notebook.")
                continue
            need = MINIMUM_ROWS.get(kind, 1)
            sizes = {
                id: len(stored.rows)
                for id in ids
                if (stored := context.evidence.get(id or "")) and not stored.problem
            }
            short = sorted((size, id) for id, size in sizes.items() if size < need)
            if short and len(sizes) - len(short) < count:
                size, id = short[-1]
                yield Issue(
                    f"{lesson}.{kind}", f"{id} has {size} rows; {kind} needs at least {need}. Measure again."
                )


def _fact_rows(stored: Stored) -> list[dict[str, object]]:
    return FACT_ROWS[stored.envelope["kind"]](stored.envelope["seed"])


def _other_data(id: str, stored: Stored) -> Issue | None:
    """What is wrong with the data that evidence names, or None: nobody can run it again on data that nobody has."""
    inputs = stored.envelope["inputs"]
    data_id = inputs.get("data_id")
    if data_id not in DATA_IDS:
        return Issue(
            id,
            f"{id} names the data '{str(data_id)[:40]}', which the course does not have, so it cannot be run again."
            f" Measure on one of {', '.join(DATA_IDS)}.",
        )
    if inputs.get("dataset_sha256") != get_case(data_id).sha256:
        return Issue(
            id, f"{id} was measured on another version of {data_id} than this course has. Measure again."
        )
    return None


def _differences(id: str, stored: Stored, difference: Difference | None) -> Iterator[Issue]:
    """The one sentence about a row that is not what running it again gives."""
    if difference is None:
        return
    row, field = " ".join(difference.row.split())[:40], difference.field
    expected, found = (" ".join(str(value).split())[:60] for value in (difference.expected, difference.found))
    envelope = stored.envelope
    if field == "id":
        text = f"{id}: your seed does not draw a row '{row}' from {envelope['inputs']['data_id']}. Measure again."
    elif field in ("output", "found"):
        text = f"{id}: re-running {envelope['system']} on row {row} gives '{expected}', your file says '{found}'."
    elif field.endswith("_tokens"):
        text = f"{id}: counting row {row} again gives {expected} {field}, your file says {found}."
    else:
        text = f"{id}: row {row} has {field} '{found}'; the course data gives '{expected}'. Measure again."
    yield Issue(id, text, True)


def _day(stored: Stored) -> date | None:
    """The day of the measurement, or None if the envelope does not say."""
    try:
        return datetime.strptime(str(stored.envelope.get("created_at")), "%Y-%m-%dT%H:%M:%SZ").date()
    except ValueError:
        return None
