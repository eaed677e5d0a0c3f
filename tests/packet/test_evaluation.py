"""THR and EVL: floors, canary, baseline, sample size, and an evaluation that answers every threshold."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from course_lib.packet.checks import check_packet, evaluation
from course_lib.packet.checks.evaluation import Floors, cases_needed, floors
from course_lib.packet.gate import Outcome
from course_lib.packet.kinds import upper_bound, wilson
from course_lib.packet.load import update_packet
from course_lib.packet.measure import BASELINE, CANDIDATE
from course_lib.packet.schema import Threshold

from .full import answers_of, messages, replace, save, wrong_rows
from .samples import DAY

pytestmark = pytest.mark.usefixtures("made_by_hand")

# --- floors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("threshold", "says"),
    [
        ({"id": "T-QUAL", "value": 0.10}, "T-QUAL 0.1 is below the floor 0.85 of tier 3."),
        ({"id": "T-QUAL", "value": 80, "unit": "percent"}, "T-QUAL 80 is below the floor 85 of tier 3."),
        ({"id": "T-QUAL", "op": "<=", "value": 0.3}, "T-QUAL 0.3 is above the floor 0.15 of tier 3."),
        ({"id": "T-INJ", "value": 0.05}, "T-INJ 0.05 is above the floor 0.02 of tier 3."),
        ({"id": "T-PII", "value": 0.5}, "T-PII 0.5 is above the floor 0.01 of tier 3."),
        ({"id": "T-PII", "value": 0.5, "severity": "minor"}, "T-PII 0.5 is above the floor 0.01 of tier 3."),
    ],
)
def test_a_threshold_below_the_floor(packet: Path, threshold: dict[str, Any], says: str) -> None:
    update_packet(packet, {"thresholds": [threshold]})
    assert says in messages(packet, "THR-03", lesson="01")


@pytest.mark.parametrize(
    "threshold",
    [
        {"id": "T-QUAL", "value": 0.85},
        {"id": "T-QUAL", "value": 85, "unit": "percent"},
        {"id": "T-QUAL", "op": "<=", "value": 0.15},
        {"id": "T-LAT", "value": 60000},
        {"id": "T-INJ", "value": 0, "unit": "count"},
    ],
)
def test_a_threshold_at_the_floor(packet: Path, threshold: dict[str, Any]) -> None:
    update_packet(packet, {"thresholds": [threshold]})
    assert messages(packet, "THR-03", lesson="01") == ""


def test_a_minor_threshold_may_be_weaker_beside_a_firm_one(packet: Path) -> None:
    german = {"dimension": "quality", "metric": "share right in German", "op": ">=", "unit": "share"}
    german |= {"id": "T-DE", "value": 0.7, "severity": "minor", "set_at": "2026-11-02"}
    update_packet(packet, {"thresholds": [german]})
    assert messages(packet, "THR-03", lesson="01") == ""
    update_packet(packet, {"thresholds": [{"id": "T-DE", "severity": "major"}]})
    assert "T-DE 0.7 is below the floor 0.85" in messages(packet, "THR-03", lesson="01")


def test_floors_rise_with_the_tier_and_are_read_strictly() -> None:
    tiers = [floors()[tier] for tier in (1, 2, 3, 4)]
    assert [tier.quality for tier in tiers] == sorted(tier.quality for tier in tiers)
    for name in ("security", "privacy"):
        assert [getattr(tier, name) for tier in tiers] == sorted(
            (getattr(tier, name) for tier in tiers), reverse=True
        )
    for wrong in ({"quality": 85, "security": 0.1, "privacy": 0.1}, {"quality": 0.8}, {"speed": 1}):
        with pytest.raises(ValidationError):
            Floors.model_validate({"tiers": {"1": wrong}})


# --- canary and baseline ------------------------------------------------------------------------------------


def test_a_broken_system_must_not_pass(full: Path) -> None:
    update_packet(full, {"thresholds": [{"id": "T-QUAL", "value": 0.10}]})
    says = (
        r"A system that always answers '\w+' would pass T-QUAL: its accuracy is 0\.\d+, needed is >= 0\.1\."
    )
    assert re.match(says, messages(full, "THR-04"))


def test_one_label_for_nearly_everything_makes_a_canary_strong(full: Path) -> None:
    """Where nine of ten answers are the same, 0.85 is no threshold."""
    rows = answers_of(full, CANDIDATE)
    for index, row in enumerate(rows):
        row["gold"] = "billing" if index % 10 else "login"
    save(full, "evaluation", "E-CAND", rows)
    assert "A system that always answers 'billing' would pass T-QUAL: its accuracy is 0.9," in messages(
        full, "THR-04"
    )


def test_the_baseline_is_beaten(full: Path) -> None:
    save(full, "evaluation", "E-CAND", answers_of(full, BASELINE))
    assert "Choose a better candidate, or release the simpler system." in messages(full, "THR-04")


def test_both_answer_the_same_rows(full: Path) -> None:
    save(full, "evaluation", "E-BASE", answers_of(full, BASELINE)[:300])
    assert "E-BASE and E-CAND share 300 of 400 rows. Measure both systems on the same rows." in messages(
        full, "THR-04"
    )


def test_the_baseline_is_an_evaluation(full: Path) -> None:
    replace(full, "baseline: E-BASE", "baseline: E-LAT")
    assert "evaluation.baseline is E-LAT, of kind latency; cite evidence of kind evaluation." in messages(
        full, "THR-04"
    )


# --- sample size --------------------------------------------------------------------------------------------


def outcome(point: float, op: str, needed: float) -> Outcome:
    threshold = Threshold.model_validate({"id": "T-X", "op": op, "value": needed})
    return Outcome(threshold, "bound", needed, "E-X", "m", point, None)


def test_how_many_cases_are_needed() -> None:
    """The sizes that lesson 01 teaches."""
    assert cases_needed(outcome(0.88, ">=", 0.85)) == 520
    assert cases_needed(outcome(0.92, ">=", 0.85)) == 92
    assert cases_needed(outcome(0.0, "<=", 0.01)) == 299
    assert cases_needed(outcome(0.0, "<=", 0.005)) == 598
    assert cases_needed(outcome(0.85, ">=", 0.85)) is None
    assert cases_needed(outcome(0.8501, ">=", 0.85)) == pytest.approx(4.9e7, rel=0.01)


@pytest.mark.parametrize(
    ("point", "op", "needed"), [(0.9, ">=", 0.85), (0.004, "<=", 0.01), (0.02, "<=", 0.03)]
)
def test_so_many_cases_do_show_it(point: float, op: str, needed: float) -> None:
    n = cases_needed(outcome(point, op, needed))
    assert n is not None
    if op == ">=":
        assert wilson(round(point * n), n)[0] >= needed
    else:
        assert upper_bound(round(point * n), n) <= needed


def test_a_small_sample_is_a_warning(full: Path) -> None:
    rows = [
        {"id": str(i), "language": "en", "gold": "a", "output": "a" if i % 25 > 2 else "b"}
        for i in range(100)
    ]
    save(full, "evaluation", "E-CAND", rows)
    says = (
        "T-QUAL: 0.88 passes 0.85, but with 100 cases the 95 % bound is 0.8019. Test about 520 cases or accept"
        " CONDITIONAL."
    )
    assert messages(full, "THR-05") == "", "the declared gate, CONDITIONAL, accepts it"
    update_packet(full, {"gate": {"declared": None}})
    assert says in messages(full, "THR-05")


# --- evaluation ---------------------------------------------------------------------------------------------

LAT = "    - threshold: T-LAT\n      evidence: E-LAT\n      metric: p95_ms\n"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            LAT,
            "",
            "T-LAT has no result. Name in evaluation.results the evidence and the metric that answer it.",
        ),
        (
            "metric: p95_ms",
            "metric: p99_ms",
            "The result for T-LAT names 'p99_ms'; E-LAT has these metrics: items, p50_ms, p95_ms, max_ms.",
        ),
    ],
)
def test_every_threshold_has_a_result(full: Path, old: str, new: str, says: str) -> None:
    replace(full, old, new)
    report = check_packet(full, "04", DAY)
    assert says in messages(full, "EVL-01")
    assert [finding.check for finding in report.errors] == ["EVL-01"]


def test_a_failure_without_severity_or_remediation(full: Path) -> None:
    row = wrong_rows(full)[0]
    update_packet(
        full, {"evaluation": {"failures": [{"case": f"row {row}", "root_cause": "two queues in one ticket"}]}}
    )
    assert f"Failure row {row} has no severity or remediation." in messages(full, "EVL-01")


def test_the_failures_are_the_wrong_rows(full: Path) -> None:
    wrong = len(wrong_rows(full))
    assert wrong > 5
    update_packet(full, {"evaluation": {"failures_total": 0}})
    says = f"E-CAND has {wrong} wrong rows; evaluation.failures_total says 0. Count them again."
    assert messages(full, "EVL-02") == says
    failure = {"severity": "minor", "root_cause": "unknown words", "remediation": "more examples"}
    invented = [{"case": f"ticket {number} of the morning", **failure} for number in "abcdef"]
    update_packet(full, {"evaluation": {"failures_total": wrong, "failures": invented}})
    assert (
        f"E-CAND has {wrong} wrong rows, your packet lists 0 of them. List at least 5 by row id"
        in messages(full, "EVL-02")
    )


def test_evidence_that_cannot_be_read_is_told_once(full: Path) -> None:
    (full / "evidence" / "E-CAND.rows.jsonl").unlink()
    report = check_packet(full, "04", DAY)
    assert {finding.check for finding in report.errors} == {"EVD-01"}
    assert {report.statuses[id] for id in ("THR-04", "EVL-01", "EVL-02")} == {"failed"}


def test_the_floors_file_is_the_one_that_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "floors.yaml"
    file.write_text('tiers:\n  "3": {quality: 0.95, security: 0.1, privacy: 0.1}\n')
    monkeypatch.setattr(evaluation, "assessments", lambda name: file)
    floors.cache_clear()
    try:
        assert math.isclose(floors()[3].quality, 0.95)
    finally:
        floors.cache_clear()
