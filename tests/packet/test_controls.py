"""CTL, OVS, MON, INC, RBK: each check fires on the gap that it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_lib.packet.checks import check_packet
from course_lib.packet.load import update_packet

from .full import messages, replace, save
from .samples import DAY

REVIEW = "  review_rate: 0.15\n  stop_condition"
# check id, (old text, new text), and what the message has to say
EDITS = [
    (
        "CTL-01",
        ("area: supply_chain", "area: access"),
        "8 of 9 control areas are covered; missing: supply_chain.",
    ),
    (
        "CTL-01",
        (
            "area: access\n    status: implemented\n    evidence: E-DRILL\n",
            "area: access\n    status: implemented\n",
        ),
        "CTL-ACCESS says 'implemented' but cites no evidence. Say 'planned' with a due date, or test it.",
    ),
    (
        "CTL-01",
        ("status: planned\n    due_date: 2027-01-15\n", "status: planned\n"),
        "'planned' without a due date.",
    ),
    (
        "CTL-01",
        ("planned\n    due_date: 2027-01-15", "planned\n    due_date: 2026-10-01"),
        "was planned until 2026-10-01.",
    ),
    ("CTL-02", ("    raw_prompts: false\n", ""), "CTL-LOGGING does not say whether raw prompts are stored."),
    ("CTL-02", ("raw_prompts: false", "raw_prompts: true"), "CTL-LOGGING stores raw prompts for ever."),
    (
        "OVS-01",
        ("reviewer_hours_per_month: 140", "reviewer_hours_per_month: 100"),
        "Reviewing 0.15 of 36000 outputs at 1.5 min needs 135 h a month; you planned 100.",
    ),
    (
        "OVS-01",
        (REVIEW, "  review_rate: 1\n  stop_condition"),
        "Reviewing everything needs 900 h a month; you planned",
    ),
    ("OVS-01", (REVIEW, "  review_rate: 0\n  stop_condition"), "review_rate is 0: at tier 3 somebody looks"),
    ("OVS-01", (REVIEW, "  review_rate: 0.155\n  stop_condition"), "but the cost model pays for 0.15"),
    (
        "MON-01",
        ("dimension: cost\n    metric: cost of one ticket\n", "dimension: quality\n    metric: cost\n"),
        "No cost",
    ),
    (
        "MON-02",
        ("alert_value: 0.86", "alert_value: 0.8"),
        "The alert on share of accepted suggestions (0.8) fires only after T-QUAL (>= 0.85) is broken; tighten it.",
    ),
    ("MON-02", ("alert_value: 1800", "alert_value: 2100"), "fires only after T-LAT (<= 2000) is broken"),
    ("INC-01", ("  first_response_minutes: 30\n", ""), "incident.first_response_minutes is missing."),
    ("INC-01", ("    - 'S2: all else'\n", ""), "incident.severities has one level"),
    (
        "RBK-01",
        ("trigger:\n    metric: share of accepted suggestions", "trigger:\n    metric: user_happiness"),
        "The trigger 'user_happiness' is not a monitored metric. Watched are: 'share of accepted suggestions',",
    ),
    (
        "RBK-01",
        (
            "trigger:\n    metric: share of accepted suggestions",
            "trigger:\n    metric: share of accepted answers",
        ),
        "Did you mean 'share of accepted suggestions'?",
    ),
    (
        "RBK-02",
        ("  drill_evidence: E-DRILL\n  last_tested", "  last_tested"),
        "No drill evidence: run the rollback drill cell (10 minutes).",
    ),
    (
        "RBK-02",
        ("  drill_evidence: E-DRILL\n  last_tested", "  drill_evidence: E-LAT\n  last_tested"),
        "rollback.drill_evidence is E-LAT, which is of kind latency.",
    ),
]


@pytest.mark.parametrize(("id", "change", "says"), EDITS)
def test_a_gap_is_named_once(id: str, change: tuple[str, str], says: str, full: Path) -> None:
    before = {finding.message for finding in check_packet(full, "04", DAY).findings}
    replace(full, *change)
    report = check_packet(full, "04", DAY)
    found = [finding for finding in report.findings if finding.message not in before]
    assert [finding.check for finding in found] == [id]
    assert says in found[0].message
    assert report.statuses[id] == "failed"


def test_raw_prompts_may_be_kept_for_a_while(full: Path) -> None:
    replace(full, "raw_prompts: false", "raw_prompts: true\n    retention_days: 14")
    assert messages(full, "CTL-02") == ""


def test_a_slow_drill(full: Path) -> None:
    step = {
        "id": "1",
        "step": "all",
        "started_at": "2026-11-02T11:00:00Z",
        "ended_at": "2026-11-02T11:14:00Z",
    }
    save(full, "drill", "E-DRILL", [step])
    says = "The drill E-DRILL took 14 minutes; rollback.max_minutes is 10."
    assert says in messages(full, "RBK-02")


@pytest.mark.parametrize(
    ("section", "lacks", "check"),
    [
        ("oversight", "review_minutes: 1.5", "OVS-01"),
        ("rollback", "    op: <\n    value: 0.8\n", "RBK-01"),
        ("monitoring", "    window_minutes: 60\n    threshold: T-COST\n", "MON-01"),
    ],
)
def test_a_missing_field_is_told_once_and_costs_the_check(
    full: Path, section: str, lacks: str, check: str
) -> None:
    replace(full, lacks, "")
    report = check_packet(full, "04", DAY)
    assert [finding.check for finding in report.errors] == ["STR-01"]
    assert report.errors[0].subject.startswith(section)
    assert report.statuses[check] == "failed"


def test_what_does_not_apply_is_an_answer(full: Path) -> None:
    because = "two people run it; there is only one level of alarm"
    update_packet(full, {"incident": {"severities": {"na": True, "because": because}}})
    assert messages(full, "INC-01") == ""
