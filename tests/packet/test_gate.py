"""The computed gate: by interval, with reasons in sentences; and the declared one, which may not be better."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from course_lib.packet.checks import check_packet
from course_lib.packet.checks.core import Context
from course_lib.packet.gate import Outcome, Verdict, compute_gate, holds, outcomes
from course_lib.packet.load import load_packet, update_packet

from .full import messages, replace, save
from .samples import DAY

MOVED = {"change_reason": "the pilot showed what is needed"}

pytestmark = pytest.mark.usefixtures("made_by_hand")


def verdict(folder: Path, today: date = DAY) -> Verdict:
    """The gate as the page shows it: with the findings of all checks."""
    report = check_packet(folder, "04", today)
    return compute_gate(Context(load_packet(folder), "04", today, report.findings))


def outcome(folder: Path, id: str) -> Outcome:
    context = Context(load_packet(folder), "04", DAY)
    return next(one for one in outcomes(context) if one.id == id)


def answers(right: int, total: int) -> list[dict[str, Any]]:
    """Rows of which so many are right."""
    return [
        {"id": str(i), "language": "en", "gold": f"q{i % 8}", "output": f"q{i % 8}" if i < right else "no"}
        for i in range(total)
    ]


@pytest.fixture
def ready(full: Path) -> Path:
    """A packet that may be released: thresholds met with their bounds, low risks, every control in place."""
    save(full, "evaluation", "E-CAND", answers(380, 400))
    save(full, "evaluation", "E-BASE", answers(340, 400))
    probes = [{"id": str(i), "prompt_sha256": "", "expected": "a", "output": "a"} for i in range(320)]
    save(full, "injection", "E-INJ", probes)
    failures = [
        {"case": str(row), "severity": "minor", "root_cause": "two queues", "remediation": "show both"}
        for row in range(380, 385)
    ]
    update_packet(
        full,
        {
            "risks": [
                {
                    "id": "R-INJECTION",
                    "likelihood": 4,
                    "residual_likelihood": 3,
                    "mitigation_test": {
                        "evidence": "E-INJ",
                        "metric": "failure_rate",
                        "op": "<=",
                        "value": 0.02,
                    },
                },
                {"id": "R-WRONG-QUEUE", "likelihood": 2},
            ],
            "controls": [{"id": "CTL-INPUT-FILTERING", "status": "implemented", "evidence": "E-INJ"}],
            "evaluation": {"failures_total": 20, "failures": failures},
            "gate": {"declared": "PASS"},
        },
    )
    return full


def test_a_packet_that_may_be_released(ready: Path) -> None:
    assert verdict(ready) == Verdict("PASS", [])
    report = check_packet(ready, "04", DAY)
    assert report.errors == []
    assert report.statuses["GATE-01"] == report.statuses["GATE-02"] == "passed"


def test_the_honest_packet_has_no_error(full: Path) -> None:
    report = check_packet(full, "04", DAY)
    assert report.errors == []
    assert {finding.check for finding in report.warnings} <= {"THR-05"}
    assert report.points() > 11


# --- thresholds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "state", "value"),
    [(380, "met", "PASS"), (352, "bound", "CONDITIONAL"), (320, "unmet", "FAIL")],
)
def test_the_gate_goes_by_the_bound(ready: Path, right: int, state: str, value: str) -> None:
    save(ready, "evaluation", "E-CAND", answers(right, 400))
    update_packet(ready, {"evaluation": {"baseline": "E-CAND"}})  # the baseline is not the question here
    assert outcome(ready, "T-QUAL").state == state
    reasons = [reason for reason in verdict(ready).reasons if reason.threshold == "T-QUAL"]
    assert [reason.value for reason in reasons] == ([value] if value != "PASS" else [])


def test_a_reason_is_a_sentence_with_its_numbers(ready: Path) -> None:
    save(ready, "evaluation", "E-CAND", answers(352, 400))
    (reason,) = [reason for reason in verdict(ready).reasons if reason.threshold]
    assert reason.text == (
        "T-QUAL holds by its point estimate only: accuracy in E-CAND is 0.88, but the 95 % bound 0.8445 is not >= 0.85."
    )
    assert (reason.point, reason.needed) == (0.88, 0.85)
    assert reason.bound == pytest.approx(0.8445, abs=1e-4)


@pytest.mark.parametrize(
    ("severity", "value"), [("blocking", "FAIL"), ("major", "CONDITIONAL"), ("minor", "CONDITIONAL")]
)
def test_severity_decides_what_an_unmet_threshold_does(ready: Path, severity: str, value: str) -> None:
    update_packet(ready, {"thresholds": [{"id": "T-LAT", "value": 0.001, "severity": severity, **MOVED}]})
    assert verdict(ready).value == value
    assert f"T-LAT ({severity}" in verdict(ready).reasons[0].text


def test_a_threshold_without_measurement(ready: Path) -> None:
    update_packet(
        ready,
        {"evaluation": {"results": [{"threshold": "T-QUAL", "evidence": "E-CAND", "metric": "accuracy"}]}},
    )
    texts = [reason.text for reason in verdict(ready).reasons]
    says = "T-INJ (major, so it does not block) was not measured; share of injection probes that change the queue has"
    assert any(text.startswith(says) for text in texts)
    assert any(text.startswith("T-PII (blocking) was not measured;") for text in texts)


def test_every_answer_to_a_threshold_counts(ready: Path) -> None:
    """Two results for one threshold: the worse one decides."""
    results = [{"threshold": "T-QUAL", "evidence": id, "metric": "accuracy"} for id in ("E-CAND", "E-BASE")]
    update_packet(ready, {"evaluation": {"results": results}})
    states = [one.state for one in outcomes(Context(load_packet(ready), "04", DAY)) if one.id == "T-QUAL"]
    assert states == ["met", "bound"]


def test_cost_is_the_recomputed_cost_of_a_request(ready: Path) -> None:
    one = outcome(ready, "T-COST")
    assert one.point == pytest.approx(0.138, abs=0.001)
    assert one.state == "met"
    update_packet(ready, {"thresholds": [{"id": "T-COST", "value": 0.1, **MOVED}]})
    assert (
        verdict(ready)
        .reasons[0]
        .text.startswith("T-COST (major, so it does not block) is not met: the recomputed cost")
    )


@pytest.mark.parametrize(
    "threshold",
    [
        {"id": "T-QUAL", "value": 90, "unit": "percent"},
        {"id": "T-LAT", "value": 2, "unit": "seconds"},
    ],
)
def test_units_are_converted(ready: Path, threshold: dict[str, Any]) -> None:
    update_packet(ready, {"thresholds": [threshold]})
    assert outcome(ready, threshold["id"]).state == "met"
    assert outcome(ready, threshold["id"]).needed in (0.9, 2000)


def test_comparing() -> None:
    assert holds(0.1 + 0.2, ">=", 0.3)
    assert holds(0.1 + 0.2, "==", 0.3)
    assert not holds(0.1 + 0.2, ">", 0.3)
    assert not holds(1, None, 0)


# --- everything else that the gate looks at -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("risk", "value", "says"),
    [
        (
            {"likelihood": 3, "severity": 5},
            "FAIL",
            "R-DRIFT stays at 15 of 25, and EXEC has not accepted it.",
        ),
        (
            {"likelihood": 3, "severity": 5, "acceptance": {"role": "EXEC", "expires": "2027-01-01"}},
            "CONDITIONAL",
            "R-DRIFT stays at 15 of 25; EXEC accepts it until 2027-01-01.",
        ),
        (
            {"likelihood": 5, "severity": 2},
            "CONDITIONAL",
            "R-DRIFT stays at 10 of 25; below 10 it would be low.",
        ),
        ({"likelihood": 3, "severity": 3}, "PASS", ""),
    ],
)
def test_residual_risks(ready: Path, risk: dict[str, Any], value: str, says: str) -> None:
    update_packet(ready, {"risks": [{"id": "R-DRIFT", **risk}]})
    found = verdict(ready)
    assert found.value == value
    assert [reason.text for reason in found.reasons if reason.subject == "R-DRIFT"] == (
        [says] if says else []
    )


def test_an_open_error_fails_the_gate(ready: Path) -> None:
    update_packet(ready, {"cost_model": {"model_cost_month_usd": 900}})
    found = verdict(ready)
    assert (found.value, found.reasons[0].text) == ("FAIL", "1 error of the checks is open: CST-01.")
    assert (
        verdict(ready, date(2026, 12, 30)).reasons[0].text
        == "2 errors of the checks are open: CLM-02, CST-01."
    )


def test_a_planned_control_and_a_missing_approval(ready: Path) -> None:
    update_packet(ready, {"controls": [{"id": "CTL-LOGGING", "status": "planned", "due_date": "2026-12-01"}]})
    says = "CTL-LOGGING (logging) is planned until 2026-12-01 and not in place yet."
    assert [reason.text for reason in verdict(ready).reasons] == [says]
    replace(ready, "    - role: SECURITY\n      date: 2026-11-02\n", "")
    assert verdict(ready).reasons[-1].text == "SECURITY has not approved yet."


def test_a_prohibited_use_fails(ready: Path) -> None:
    update_packet(ready, {"risk_classification": {"eu_ai_act": {"class": "prohibited"}}})
    assert verdict(ready).value == "FAIL"
    says = "You declared PASS; the numbers give FAIL. The packet itself calls the use prohibited."
    assert messages(ready, "GATE-01").startswith(says)


# --- what is declared ---------------------------------------------------------------------------------------


def test_declaring_better_than_the_numbers(ready: Path) -> None:
    save(ready, "evaluation", "E-CAND", answers(352, 400))
    update_packet(ready, {"evaluation": {"failures_total": 48}})
    assert messages(ready, "GATE-01") == (
        "You declared PASS; the numbers give CONDITIONAL. T-QUAL holds by its point estimate only: accuracy in E-CAND"
        " is 0.88, but the 95 % bound 0.8445 is not >= 0.85. Declare CONDITIONAL: an honest gate earns full points."
    )


@pytest.mark.parametrize("declared", ["CONDITIONAL", "FAIL"])
def test_declaring_worse_is_allowed(ready: Path, declared: str) -> None:
    update_packet(ready, {"gate": {"declared": declared}})
    assert messages(ready, "GATE-01") == messages(ready, "GATE-02") == ""


def test_an_honest_fail_earns_full_points(ready: Path) -> None:
    save(ready, "evaluation", "E-CAND", answers(320, 400))
    save(ready, "evaluation", "E-BASE", answers(300, 400))
    failures = [
        {"case": str(row), "severity": "minor", "root_cause": "two queues", "remediation": "show both"}
        for row in range(320, 325)
    ]
    update_packet(
        ready, {"evaluation": {"failures_total": 80, "failures": failures}, "gate": {"declared": "FAIL"}}
    )
    report = check_packet(ready, "04", DAY)
    assert verdict(ready).value == "FAIL"
    assert report.findings == []
    assert report.points() == 12


def test_what_another_check_says_is_not_said_again(ready: Path) -> None:
    """An error fails the gate, which costs GATE-01 its points; the learner reads one message."""
    update_packet(ready, {"cost_model": {"model_cost_month_usd": 900}})
    report = check_packet(ready, "04", DAY)
    assert [finding.check for finding in report.errors] == ["CST-01"]
    assert report.statuses["GATE-01"] == "failed"


CONDITION = (
    "    - text: Input filtering is in place.\n      owner_role: SECURITY\n      due_date: 2027-01-15\n"
)


@pytest.mark.parametrize(
    ("declared", "old", "new", "says"),
    [
        (
            "CONDITIONAL",
            "  conditions:\n" + CONDITION,
            "",
            "CONDITIONAL needs conditions with text, owner role and due",
        ),
        (
            "CONDITIONAL",
            "due_date: 2027-01-15\n  approvals",
            "due_date: 2026-10-15\n  approvals",
            "was due on 2026-10-15.",
        ),
        (
            "PASS",
            "    - role: SECURITY\n      date: 2026-11-02\n",
            "",
            "PASS needs an approval with role and date by SECURITY.",
        ),
    ],
)
def test_what_a_verdict_has_to_carry(ready: Path, declared: str, old: str, new: str, says: str) -> None:
    replace(ready, old, new)
    update_packet(ready, {"gate": {"declared": declared}})
    report = check_packet(ready, "04", DAY)
    assert says in messages(ready, "GATE-02")
    assert [finding.check for finding in report.errors] == ["GATE-02"]


def test_a_condition_without_owner_is_told_once(full: Path) -> None:
    replace(
        full,
        "      owner_role: SECURITY\n      due_date: 2027-01-15\n  approvals",
        "      due_date: 2027-01-15\n  approvals",
    )
    update_packet(full, {"gate": {"declared": "CONDITIONAL"}})
    report = check_packet(full, "04", DAY)
    assert [finding.check for finding in report.errors] == ["STR-01"]
    assert report.statuses["GATE-02"] == "failed"
