"""Each check fires on the mistake that it is for, says what to do, and is silent on the honest packet."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from course_lib.packet.checks import CHECKS, Report, check_packet
from course_lib.packet.evidence import save_evidence
from course_lib.packet.load import update_packet
from course_lib.packet.lock import seal_packet

from .samples import DAY, NOON, probe_rows

Edit = Callable[[str, str], None]
Check = Callable[..., Report]

# check id, (old text, new text), and what the message has to say
EDITS = [
    ("STR-00", ("autonomy: suggest", "autonomy: oracle"), "use_case.autonomy must be one of"),
    ("STR-00", ("autonomy: suggest", "autonomie: suggest"), "Did you mean 'autonomy'?"),
    (
        "STR-00",
        ("  summary: >-\n", "  summary: short\n  old: >-\n"),
        "at least 40 characters long; found 5 characters",
    ),
    ("STR-01", ("\noversight:", "\noversigth:"), "Section 'oversight' is missing."),
    ("STR-01", ("  currency: USD", "  currency:"), "meta lacks currency."),
    ("STR-01", ("  reviewer_role: QA\n", ""), "oversight lacks reviewer_role. reviewer_role: Who looks"),
    ("STR-02", ("id: R-DISCLOSURE", "id: R-INJECTION"), "2 entries share the id R-INJECTION."),
    ("STR-02", ("id: R-DISCLOSURE", "id: disclosure"), "risks[1].id must be written as R-NAME"),
    (
        "STR-03",
        ("threshold: T-QUAL", "threshold: T-QAUL"),
        "cites T-QAUL, which does not exist. Did you mean T-QUAL?",
    ),
    (
        "STR-03",
        ("opens it.", "opens it {{E-GHOST#share}}."),
        "DEC-DECODING cites E-GHOST, which does not exist.",
    ),
    ("STR-03", ("opens it.", "opens it {{E-TEMP#ghost}}."), "has only these metrics: items"),
    ("STR-03", ("opens it.", "opens it {{cost_model.total}}."), "{{cost_model.total}} cites no measurement"),
    (
        "STR-04",
        ("answering customers or closing tickets", "<what it must not do>"),
        "still has placeholder text",
    ),
    (
        "STR-04",
        ("answering customers or closing tickets", "Lorem ipsum dolor"),
        "non_goals[0] still has placeholder",
    ),
    ("STR-04", ("answering customers or closing tickets", "word " * 12), "placeholder text"),
    ("STR-05", ("answering customers or closing tickets", "N/A"), "'N/A' alone is not an answer."),
    (
        "STR-05",
        ("today_cost_per_item_usd: 0.60", "today_cost_per_item_usd: {na: true}"),
        "N/A needs a reason",
    ),
    (
        "STR-06",
        ("reviewer_role: QA", "reviewer_role: Team lead"),
        "'Team lead' is not a role. Use DEV, QA, BA",
    ),
    ("STR-07", ("created: 2026-11-02", "created: 2027-05-01"), "meta.created = 2027-05-01 is in the future."),
    ("STR-07", ("created: 2026-11-02", "created: 2 November"), "write a date as YYYY-MM-DD"),
    ("STR-07", ("updated: 2026-11-02", "updated: 2026-10-02"), "is before meta.created"),
    ("LOG-01", ('  - lesson: "01"', '  - lesson: "03"'), "No changelog entry for lesson 01."),
    ("LOG-01", ("fields_changed: [meta, use_case]", "fields_changed: []"), "names no fields_changed"),
    ("LOG-02", ("prev_lock:  ", f"prev_lock: {'a' * 64} "), "packet.lock.json is gone"),
    (
        "USE-01",
        ("latency_p95_ms: 2000", "latency_p95_ms: 0"),
        "must be a number above 0, in milliseconds; found '0'",
    ),
    ("USE-01", ("latency_p95_ms: 2000", "latency_p95_ms: fast"), "in milliseconds; found 'fast'."),
    (
        "USE-02",
        ("peak_rps: 0.2", "peak_rps: 0.01"),
        "Your peak (0.01/s) is below the monthly mean (0.014/s).",
    ),
    ("USE-03", ("    - rating the work of agents\n", ""), "1 non-goals; name at least two"),
    ("USE-03", ("      threshold: T-LAT\n", ""), "1 success criteria name a threshold."),
    ("RSK-01", ("tier: 3", "tier: 1"), "Your seven answers give tier 3; you declared tier 1."),
    ("RSK-01", ("override: true", "override: false"), "give tier 4; you declared tier 3."),
    ("RSK-01", ("override: true", "override:"), "Answer all seven questions"),
    ("RRG-01", ("category: LLM09", "category: LLM02"), "missing: LLM09."),
    (
        "RRG-02",
        ("likelihood: 4", "likelihood: often"),
        "R-INJECTION: likelihood must be a whole number 1-5; found 'often'.",
    ),
    (
        "RRG-02",
        ("likelihood: 4", "likelihood: 7"),
        "R-INJECTION: likelihood must be a whole number 1-5; found '7'.",
    ),
    ("RRG-02", ("    likelihood: 4\n", ""), "R-INJECTION: likelihood must be a whole number 1-5."),
    ("RRG-02", ("    owner_role: SECURITY\n", ""), "R-INJECTION: owner_role is missing."),
    ("THR-01", ("dimension: privacy", "dimension: security"), "No threshold for 'privacy'."),
    (
        "EVD-06",
        ("kind: training_cost", "kind: training_price"),
        "Lesson 02 needs evidence of kind training_cost",
    ),
    ("DEC-01", ("    evidence: [E-TEMP]\n", ""), "DEC-DECODING cites no evidence."),
    (
        "DEC-02",
        ("only 0.50 of the questions got identical answers", "it is worse than E-TEMP says"),
        "needs a reason with a number",
    ),
    (
        "DEC-03",
        ("topic: decoding", "topic: hosting"),
        "No decision on 'decoding' yet (temperature, lesson 02).",
    ),
    ("DEC-04", ("review_date: 2027-01-31", "review_date: 2026-11-02"), "no review date in the future"),
]


def messages(report: Report, id: str) -> str:
    """All messages of one check."""
    return "\n".join(finding.message for finding in report.findings if finding.check == id)


def test_the_honest_packet_has_no_finding_and_all_points(check: Check) -> None:
    report = check()
    assert report.findings == []
    assert set(report.statuses.values()) == {"passed"}
    assert report.points() == 12.0


@pytest.mark.parametrize(("id", "change", "says"), EDITS)
def test_a_mistake_is_named(id: str, change: tuple[str, str], says: str, edit: Edit, check: Check) -> None:
    edit(*change)
    report = check()
    assert says in messages(report, id), [finding.message for finding in report.findings]
    assert report.statuses[id] == "failed"
    assert report.points() < 12


def test_every_check_has_a_test_of_its_own() -> None:
    """Each id stands in a test file, beside what makes the check fire."""
    here = Path(__file__).parent
    text = "".join(file.read_text(encoding="utf-8") for file in here.glob("test_*.py"))
    assert len(CHECKS) >= 70
    assert [id for id in CHECKS if f'"{id}"' not in text] == []


def test_a_finding_points_to_its_line(packet: Path, edit: Edit, check: Check) -> None:
    edit("tier: 3", "tier: 1")
    line = check().findings[0].line
    assert line is not None
    assert "tier: 1" in (packet / "packet.yaml").read_text().splitlines()[line - 1]


@pytest.mark.parametrize(
    "change",
    [
        ("value: 0.90", "value: 0.9"),
        ("support agents of the service desk", "the 24 agents of the service desk"),
        (
            "summary: Chose ticket triage;",
            "summary: Chose ticket triage (Regulation (EU) 2024/1689 was read, too);",
        ),
        ("autonomy: suggest", "autonomy: suggest   # for now"),
        ("    severity: 3\n    likelihood: 4\n", "    likelihood: 4\n    severity: 3\n"),
        (
            "today_cost_per_item_usd: 0.60",
            "today_cost_per_item_usd: {na: true, because: the work is not done at all today}",
        ),
        ("license: internal", "license: no licence: internal".replace(": i", " - i")),
    ],
    ids=["rounding", "a bare number", "a law's number", "comment", "order", "reasoned n/a", "the word no"],
)
def test_harmless_edits_raise_nothing(change: tuple[str, str], edit: Edit, check: Check) -> None:
    edit(*change)
    assert check().findings == []


# --- risk register and thresholds
# -----------------------------------------------------------------------------------


def test_a_flat_register_is_not_believed(packet: Path, check: Check) -> None:
    ids = ("R-INJECTION", "R-DISCLOSURE", "R-WRONG-QUEUE")
    update_packet(packet, {"risks": [{"id": id, "severity": 2, "likelihood": 2} for id in ids]})
    assert "All 3 risks score 4." in messages(check(), "RRG-04")
    update_packet(packet, {"risks": [{"id": "R-INJECTION", "severity": 3}]})
    assert "No risk scores 12 or more (highest: 6). At tier 3" in messages(check(), "RRG-04")


def test_six_risks_are_needed_from_lesson_04(check: Check) -> None:
    assert "3 risks in 3 categories; you need 6 in 4" in messages(check("04"), "RRG-01")


def test_a_sealed_threshold_moves_only_with_a_reason(packet: Path, edit: Edit, check: Check) -> None:
    seal_packet(packet, "02", now=NOON)
    assert check().findings == []
    edit("value: 0.90", "value: 0.80")
    assert "T-QUAL: value was 0.9 in your seal of lesson 02 and is 0.8 now." in messages(check(), "THR-02")
    edit("value: 0.80", "value: 0.80\n    change_reason: the queue list was halved after the pilot")
    assert messages(check(), "THR-02") == ""
    edit("id: T-LAT", "id: T-LATENCY")
    assert "T-LAT was in your seal of lesson 02 and is gone." in messages(check(), "THR-02")


# --- evidence
# -------------------------------------------------------------------------------------------------------


def rewrite(packet: Path, id: str, change: Callable[[dict], object]) -> None:
    """Change an envelope by hand, as a forger would."""
    file = packet / "evidence" / f"{id}.json"
    envelope = json.loads(file.read_text())
    change(envelope)
    file.write_text(json.dumps(envelope, indent=2))


def register(packet: Path, id: str) -> None:
    """Give the changed file the hash that it now has, as a cleverer forger would."""
    from course_lib.packet.files import sha256

    content = (packet / "evidence" / f"{id}.json").read_bytes()
    update_packet(packet, {"evidence": [{"id": id, "sha256": sha256(content)}]})


@pytest.mark.parametrize("registered", [False, True])
def test_an_edited_metric_does_not_follow_from_the_rows(packet: Path, check: Check, registered: bool) -> None:
    rewrite(packet, "E-TEMP", lambda envelope: envelope["metrics"].update(identical_t0_7=0.99))
    if registered:
        register(packet, "E-TEMP")
    report = check()
    assert "E-TEMP says identical_t0_7 0.99; its 900 rows give 0.5." in messages(report, "EVD-02")
    assert messages(report, "EVD-01") == "", "one message for one cause"
    assert report.integrity
    assert report.points() <= 4.8


def test_edited_rows_are_seen(packet: Path, check: Check) -> None:
    file = packet / "evidence" / "E-FAIL.rows.jsonl"
    file.write_text(file.read_text().replace("Rome.", "Paris."))
    assert "E-FAIL says failure_rate 0.25; its 40 rows give 0." in messages(check(), "EVD-02")


def test_rows_and_metrics_edited_together_still_differ_from_the_register(packet: Path, check: Check) -> None:
    rewrite(packet, "E-TEMP", lambda envelope: envelope.update(limits="none at all"))
    report = check()
    assert "evidence/E-TEMP.json changed after you registered it." in messages(report, "EVD-01")
    assert report.integrity


def test_a_missing_file_is_an_error_but_no_accusation(packet: Path, check: Check) -> None:
    (packet / "evidence" / "E-TEMP.json").unlink()
    report = check()
    assert "E-TEMP.json does not exist" in messages(report, "EVD-01")
    assert not report.integrity


@pytest.mark.parametrize(
    ("learner", "says"),
    [
        ("learner-b", "was measured for learner 'learner-a'"),
        (None, "was not drawn with your seed for lesson 02"),
    ],
)
def test_evidence_of_a_classmate_is_foreign(
    packet: Path, check: Check, learner: str | None, says: str
) -> None:
    if learner:
        update_packet(packet, {"meta": {"learner_id": learner}})
    else:
        rewrite(packet, "E-TEMP", lambda envelope: envelope.update(seed=7))
        register(packet, "E-TEMP")
    report = check()
    assert says in messages(report, "EVD-03")
    assert report.integrity


def test_hand_made_evidence_lacks_provenance(packet: Path, check: Check) -> None:
    rewrite(packet, "E-TEMP", lambda envelope: envelope.pop("seed"))
    report = check()
    assert "E-TEMP lacks 'seed'. Save evidence with `save_evidence(...)`" in messages(report, "EVD-04")
    assert messages(report, "EVD-01") == ""


def test_old_evidence_has_to_be_measured_again(packet: Path, edit: Edit, check: Check) -> None:
    assert "E-TEMP is 150 days old" in messages(check(today=date(2027, 4, 1)), "EVD-05")
    assert "which is in the future" in messages(check(today=date(2026, 10, 1)), "EVD-05")


def test_too_few_rows(packet: Path, check: Check) -> None:
    save_evidence("failure_probes", "E-FAIL", "01", probe_rows(39), packet_dir=packet, now=NOON)
    assert "E-FAIL has 39 rows; failure_probes needs at least 40." in messages(check(), "EVD-06")


# --- points
# ---------------------------------------------------------------------------------------------------------


def test_a_lesson_that_is_not_marked_done_earns_nothing(check: Check) -> None:
    report = check("03")
    assert not report.finished
    assert report.points() == 0


def test_a_failed_gate_costs_nothing(packet: Path, check: Check) -> None:
    """An honest packet about a bad model gets full points."""
    rows = [{**row, "output": "Rome."} for row in probe_rows()]
    save_evidence("failure_probes", "E-FAIL", "01", rows, packet_dir=packet, now=NOON)
    assert check().points() == 12.0


def test_the_report_as_json(check: Check) -> None:
    data = json.loads(check().to_json())
    assert data["ok"] is True
    assert data["points"] == data["max_points"] == 12.0
    assert {"id", "status", "points", "title"} == set(data["checks"][0])


def test_a_check_takes_under_two_seconds(packet: Path) -> None:
    import time

    began = time.perf_counter()
    check_packet(packet, "02", DAY)
    assert time.perf_counter() - began < 2
