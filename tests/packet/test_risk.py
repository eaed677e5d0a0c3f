"""RSK-03 and RRG-03, RRG-05: the law is read, mitigation is proved, and what stays high is accepted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from course_lib.packet.checks import check_packet
from course_lib.packet.load import update_packet

from .full import messages, replace
from .samples import DAY

ACT = "risk_classification.eu_ai_act"


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ({"claims": ["C-PRICE"]}, f"{ACT}.claims cites no claim of kind law."),
        ({"class": "high"}, f"{ACT}: a high-risk use names its point of Annex III."),
    ],
)
def test_the_law_is_read(full: Path, act: dict[str, Any], says: str) -> None:
    update_packet(full, {"risk_classification": {"eu_ai_act": act}})
    assert says in messages(full, "RSK-03")


def test_a_law_claim_is_at_most_90_days_old(full: Path) -> None:
    assert messages(full, "RSK-03", today=date(2027, 1, 18)) == ""
    says = "C-LAW is 91 days old; readings of a law go stale after 90."
    assert says in messages(full, "RSK-03", today=date(2027, 1, 19))


def test_a_class_without_claim_is_told_once(full: Path) -> None:
    replace(full, "    claims: [C-LAW]\n", "")
    report = check_packet(full, "04", DAY)
    assert [finding.check for finding in report.errors] == ["STR-01"]
    assert report.statuses["RSK-03"] == "failed"


@pytest.mark.parametrize(
    ("test", "says"),
    [
        (None, "R-INJECTION falls from 12 to 6 without a test that proves the mitigation."),
        ({"evidence": "E-INJ"}, "R-INJECTION falls from 12 to 6 without a test that proves the mitigation."),
        (
            {"evidence": "E-INJ", "metric": "rate", "op": "<=", "value": 0.5},
            "R-INJECTION falls from 12 to 6, but E-INJ has no metric 'rate'; it has: probes, failures",
        ),
        (
            {"evidence": "E-BASE", "metric": "accuracy", "op": ">=", "value": 0.99},
            "R-INJECTION falls from 12 to 6, but its test does not pass: accuracy in E-BASE is",
        ),
    ],
)
def test_a_lower_residual_needs_a_test_that_passes(
    full: Path, test: dict[str, Any] | None, says: str
) -> None:
    update_packet(full, {"risks": [{"id": "R-INJECTION", "residual_likelihood": 2, "mitigation_test": test}]})
    assert says in messages(full, "RRG-03")


def test_a_test_passes_with_its_bound(full: Path) -> None:
    """The honest packet's R-DISCLOSURE falls from 8 to 4: no leak in 600 outputs shows at most 0.5 %."""
    assert messages(full, "RRG-03") == ""
    update_packet(full, {"risks": [{"id": "R-DISCLOSURE", "mitigation_test": {"value": 0.004}}]})
    says = "leak_rate in E-PII is 0 with the 95 % bound 0.00498, not <= 0.004."
    assert says in messages(full, "RRG-03")


def test_the_same_residual_needs_no_test(full: Path) -> None:
    update_packet(full, {"risks": [{"id": "R-INJECTION", "residual_severity": 3, "residual_likelihood": 4}]})
    assert messages(full, "RRG-03") == ""


def test_what_stays_high_is_accepted_by_exec(full: Path) -> None:
    update_packet(full, {"risks": [{"id": "R-WRONG-QUEUE", "severity": 4, "likelihood": 4}]})
    says = "R-WRONG-QUEUE stays at 16: only EXEC may accept that, with an expiry date in acceptance."
    assert messages(full, "RRG-05") == says
    acceptance = {"role": "EXEC", "expires": "2026-12-31"}
    update_packet(full, {"risks": [{"id": "R-WRONG-QUEUE", "acceptance": acceptance}]})
    assert messages(full, "RRG-05") == ""
    assert "its acceptance ended on 2026-12-31." in messages(full, "RRG-05", today=date(2027, 1, 2))


def test_only_exec_accepts_and_that_is_told_once(full: Path) -> None:
    acceptance = {"role": "DEV", "expires": "2026-12-31"}
    update_packet(full, {"risks": [{"id": "R-WRONG-QUEUE", "likelihood": 4, "acceptance": acceptance}]})
    report = check_packet(full, "04", DAY)
    assert [finding.check for finding in report.errors] == ["STR-06"]
    assert report.statuses["RRG-05"] == "failed"


def test_an_early_register_has_no_residuals_yet(packet: Path) -> None:
    update_packet(packet, {"risks": [{"id": "R-INJECTION", "severity": 5, "likelihood": 5}]})
    assert messages(packet, "RRG-05", lesson="02") == ""


def test_a_role_under_the_law_is_not_one_of_the_packets(full: Path) -> None:
    update_packet(full, {"risk_classification": {"eu_ai_act": {"role": "LEGAL"}}})
    assert "is not a role under the EU AI Act. Use provider, deployer" in messages(full, "STR-06")
