"""Drafts for what a packet still lacks in lesson 04, so that its fifteen minutes are left for judgement.

The text stands in assessments/packet/drafts.yaml; days and numbers come from the packet itself. What the learner wrote
is never replaced: a draft fills fields that are empty and adds entries whose id, area or dimension is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib import clock
from course_lib.packet.cases import Case, case_for, get_case
from course_lib.packet.checks import check_packet
from course_lib.packet.checks.core import Context
from course_lib.packet.files import assessments, read_text
from course_lib.packet.gate import Verdict, compute_gate
from course_lib.packet.kinds import Row, is_right
from course_lib.packet.load import Packet, Tree, load_packet, parse_tree, update_packet
from course_lib.packet.lock import read_lock, seal_packet

if TYPE_CHECKING:
    from course_lib.packet.notebook import Desk

EARLIER = ("E-ENV", "E-FAIL", "E-TEMP", "E-CURVE", "E-6ND", "E-TOK")  # what lessons 00 to 03 measure
DRAFTS_LIMIT = 64 * 1024
PLANNED_DAYS, REVIEW_DAYS = 60, 90
# A list entry stands for the same thing as another one if this field agrees (beside its id).
SAME = {
    "controls": "area",
    "monitoring": "dimension",
    "decisions": "topic",
    "changelog": "lesson",
    "models": "status",
}
# Which measurement answers a threshold, by dimension.
ANSWERS = {
    "quality": ("E-CAND", "accuracy"),
    "security": ("E-INJ", "failure_rate"),
    "privacy": ("E-PII", "leak_rate"),
    "latency": ("E-LAT", "p95_ms"),
}


def draft_lesson(folder: str | Path, lesson: str, today: date) -> list[str]:
    """Write the drafts of lesson "03" or "04" into empty places of a packet; return the sections that changed.

    Lesson 03 needs E-TOK measured, lesson 04 all of its evidence. Raises PacketError if the packet cannot be read.
    """
    drafts = parse_tree(read_text(assessments("drafts.yaml"), DRAFTS_LIMIT))
    wanted: Tree = drafts[lesson]
    packet = load_packet(folder)
    if lesson == "03":
        _cost(wanted, packet.tree)
        _price(wanted, Context(packet, lesson, today))
    else:
        _operations(wanted, packet.tree, today)
    for claim in wanted.get("claims", []):
        claim["as_of"] = today.isoformat()
    for entry in [*wanted.get("models", []), *wanted.get("decisions", [])]:
        entry["review_date"] = (today + timedelta(days=REVIEW_DAYS)).isoformat()
    changes = {}
    for section, value in wanted.items():
        missing = _missing(packet.tree.get(section), value, section)
        if missing:
            changes[section] = missing
    if changes:
        update_packet(folder, changes)
    return list(changes)


def catch_up(desk: Desk) -> None:
    """Bring a packet to the end of lesson 03: measure what is missing, draft what is empty, seal it before lesson 04.

    A packet whose lessons 00 to 03 are done and sealed stays as it is.
    """
    for id in EARLIER:
        desk.measure(id)
    day = clock.today()
    meta = load_packet(desk.folder).model.meta
    done = (meta.lesson_completed if meta else None) or "00"
    if done < "03":
        sections = draft_lesson(desk.folder, "03", day)
        summary = (
            "Drafted by the course because the notebook of this lesson was skipped; to be read and changed."
        )
        logged = {change.lesson for change in load_packet(desk.folder).model.changelog}
        entries = [
            {
                "lesson": lesson,
                "date": day.isoformat(),
                "summary": summary,
                "fields_changed": sections or ["evidence"],
            }
            for lesson in ("02", "03")
            if lesson not in logged
        ]
        changes: dict[str, Any] = {"meta": {"lesson_completed": "03"}}
        desk.write({**changes, "changelog": entries} if entries else changes)
        print(
            f"Lessons up to 03 were not finished: drafted {', '.join(sections)}. Read these sections in packet.yaml."
        )
    if not read_lock(desk.folder):
        seal_packet(desk.folder, max(done, "03"))
        print("Sealed the thresholds as they stand, before anything of lesson 04 is measured.")
    desk.write({})


def prepare(desk: Desk) -> None:
    """After the measurements of lesson 04: lock the test rows in the data card and draft what most use cases share."""
    packet = load_packet(desk.folder)
    case = _case(packet)
    cards = packet.model.data
    if cards and not any(card.locked_test_sha256 == case.sha256 for card in cards):
        desk.write({"data": [{"id": cards[0].id, "locked_test_sha256": case.sha256}]})
    sections = draft_lesson(desk.folder, "04", clock.today())
    desk.write({})
    if sections:
        print(f"Drafted, where the packet was empty: {', '.join(sections)}. Read them in packet.yaml.")


def gate_now(desk: Desk) -> Verdict:
    """Compute the gate from the packet as it stands, print the reasons why it is not better, and return it.

    Findings that only say that the gate is not declared yet do not count.
    """
    day = clock.today()
    context = Context(load_packet(desk.folder), "04", day)
    findings = check_packet(desk.folder, "04", day).findings
    context.findings = [one for one in findings if not (one.check == "STR-01" and "'gate'" in one.message)]
    verdict = compute_gate(context)
    for one in context.findings:
        if one.severity == "error":
            print(f"{one.check}: {one.message}")
    print("\n".join([f"Computed gate: {verdict.value}", *(f"- {reason.text}" for reason in verdict.reasons)]))
    return verdict


def draft_evaluation(folder: str | Path, today: date) -> dict[str, Any]:
    """Return the section `evaluation` as the measurements give it.

    Which evidence answers which threshold, and the wrong rows of the candidate: counted, and the first five listed
    without judgement.
    """
    packet = load_packet(folder)
    context = Context(packet, "04", today)
    wrong = _wrong_rows(context)
    results = [
        {"threshold": threshold.id, "evidence": evidence, "metric": metric}
        for threshold in packet.model.thresholds
        if threshold.metric and not _answered_before(threshold.metric)
        for evidence, metric in [ANSWERS.get(threshold.dimension or "", ("", ""))]
        if evidence
    ]
    consistency = [t.id for t in packet.model.thresholds if t.metric and _answered_before(t.metric)]
    results += [{"threshold": id, "evidence": "E-TEMP", "metric": "identical_t0"} for id in consistency]
    return {
        "baseline": "E-BASE",
        "candidate": "E-CAND",
        "results": results,
        "failures_total": len(wrong),
        "failures": [{"case": str(row["id"])} for row in wrong[:5]],
    }


def wrong_answers(folder: str | Path, today: date, n: int = 5) -> list[dict[str, str]]:
    """Return the first wrong rows of the candidate to read: id, the text, what was right, what was said."""
    packet = load_packet(folder)
    case, wrong = _case(packet), _wrong_rows(Context(packet, "04", today))
    return [
        {
            "id": str(row["id"]),
            "text": case.by_id[str(row["id"])].text,
            "right": str(row["gold"]),
            "said": str(row["output"]),
        }
        for row in wrong[:n]
    ]


def _case(packet: Packet) -> Case:
    """The course data that fits a packet's use case."""
    return get_case(case_for((packet.model.meta.use_case_id if packet.model.meta else None) or ""))


def _wrong_rows(context: Context) -> list[Row]:
    """The rows that the candidate got wrong."""
    rows = context.evidence["E-CAND"].rows
    return [row for row in rows if not is_right(str(row["output"]), str(row["gold"]))]


def _answered_before(metric: str) -> bool:
    """Whether a threshold is about identical answers, which lesson 02 measured."""
    return "identical" in metric


def _missing(old: Any, new: Any, section: str = "") -> Any:
    """What of `new` is not in `old` yet, in the form that update_packet merges."""
    if old is None:
        return new
    if isinstance(new, Mapping) and isinstance(old, Mapping):
        if "na" in old:
            return {}
        parts = {key: _missing(old.get(key), value) for key, value in new.items()}
        return {key: value for key, value in parts.items() if value not in ({}, [], None)}
    if isinstance(new, list) and isinstance(old, list) and new and isinstance(new[0], Mapping):
        keys = ("id", SAME.get(section, "id"))
        named = [
            (key, entry[key]) for entry in old if isinstance(entry, Mapping) for key in keys if entry.get(key)
        ]
        added = [entry for entry in new if not any((key, entry.get(key)) in named for key in keys)]
        # Entries without an id are no namesakes of anything: the list is replaced, so the old ones come along.
        return [*old, *added] if added and "id" not in new[0] else added
    return None


def _cost(wanted: Tree, tree: Tree) -> None:
    """The cost model's volume and review rate are those of the packet.

    A review takes the minutes that the packet names, else those of the draft, or as many as the promised cost allows.
    """
    use_case = tree.get("use_case") or {}
    requests = int((use_case.get("volume") or {}).get("requests_per_month") or 0)
    rate = float((tree.get("oversight") or {}).get("review_rate") or 0.0)
    slo = (use_case.get("slo") or {}).get("cost_per_request_usd")
    own = ((tree.get("cost_model") or {}).get("human_review") or {}).get("minutes")
    cost = wanted["cost_model"]
    review, fixed = cost["human_review"], float(cost["fixed_month_usd"])
    minutes, hourly = float(own or review["minutes"]), float(review["usd_per_hour"])
    if slo and requests and rate and not own:  # a tenth of the promise is left for all else
        minutes = min(
            minutes, round(max(0.1, (0.9 * float(slo) - fixed / requests) * 60 / (hourly * rate)), 1)
        )
    review |= {"rate": rate, "minutes": minutes, "cost_month_usd": requests * rate * minutes / 60 * hourly}
    cost["requests_per_month"] = requests


def _price(wanted: Tree, context: Context) -> None:
    """The month's bill, from the counted tokens and the drafted price."""
    cost, price = wanted["cost_model"], wanted["claims"][0]
    tokens = context.measured.get("E-TOK") or {}
    per_request = (
        tokens.get("mean_prompt_tokens", 0.0) * float(price["input_per_mtok"])
        + tokens.get("mean_output_tokens", 0.0) * float(price["output_per_mtok"])
    ) / 1e6
    model = cost["requests_per_month"] * (1 + float(cost["retry_rate"])) * per_request
    cost["model_cost_month_usd"] = round(model, 2)
    total = model + cost["human_review"]["cost_month_usd"] + float(cost["fixed_month_usd"])
    cost["total_month_usd"] = round(total, 2)


def _operations(wanted: Tree, tree: Tree, today: date) -> None:
    """Days of planned controls, hours of review, alert values just inside the thresholds, the rollback's trigger."""
    due = (today + timedelta(days=PLANNED_DAYS)).isoformat()
    for control in wanted["controls"]:
        if control["status"] == "planned":
            control["due_date"] = due
    review = (tree.get("cost_model") or {}).get("human_review") or {}
    volume = (tree.get("use_case") or {}).get("volume") or {}
    rate = float((tree.get("oversight") or {}).get("review_rate") or 0.0)
    minutes = float(review.get("minutes") or 1.5)
    hours = int(volume.get("requests_per_month") or 0) * rate * minutes / 60
    wanted["oversight"] |= {"review_minutes": minutes, "reviewer_hours_per_month": float(int(hours) + 5)}
    thresholds = [one for one in tree.get("thresholds") or [] if isinstance(one, Mapping)]
    for signal in wanted["monitoring"]:
        fits = [
            t for t in thresholds if t.get("dimension") == signal["dimension"] and t.get("value") is not None
        ]
        fits = [t for t in fits if not _answered_before(str(t.get("metric")))]
        upward = signal["dimension"] == "quality"
        signal |= {"op": "<" if upward else ">", "alert_value": 0.9 if upward else 0.01}
        if fits:
            value = float(fits[0]["value"])
            inside = value + (1 - value) / 10 if upward else 0.9 * value
            signal |= {"threshold": fits[0]["id"], "alert_value": round(inside, 6)}
    # The trigger is what is watched in this packet; a learner's own quality signal goes before the draft's.
    watched = tree.get("monitoring") or wanted["monitoring"]
    quality = next((s for s in watched if s.get("dimension") == "quality"), wanted["monitoring"][0])
    wanted["rollback"] |= {
        "trigger": {
            "metric": quality.get("metric"),
            "op": "<",
            "value": round(float(quality.get("alert_value") or 0.9) - 0.05, 6),
        },
        "max_minutes": 10,
        "last_tested": today.isoformat(),
    }
