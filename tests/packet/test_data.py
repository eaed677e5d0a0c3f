"""Data cards against the risk answers, the locked test split, the vendor's terms and the texts themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from course_lib.packet.cases import get_case
from course_lib.packet.checks import check_packet
from course_lib.packet.load import update_packet

from .samples import DAY

MODEL = {"id": "M-API", "hosting": "vendor_api", "status": "chosen"}


def messages(packet: Path, id: str, lesson: str = "04") -> str:
    """All messages of one check."""
    report = check_packet(packet, lesson, DAY)
    return "\n".join(finding.message for finding in report.findings if finding.check == id)


def card(packet: Path, **fields: Any) -> None:
    """Change the data card."""
    update_packet(packet, {"data": [{"id": "D-TICKETS", **fields}]})


def test_the_honest_packets_are_silent(packet: Path, full: Path) -> None:
    for folder, lesson in ((packet, "02"), (full, "04")):
        report = check_packet(folder, lesson, DAY)
        assert not [one for one in report.findings if one.check.startswith(("RSK", "DAT"))]


def test_answers_may_not_be_milder_than_a_card(packet: Path) -> None:
    card(packet, sensitivity="restricted")
    assert "D-TICKETS says 'restricted' but the risk answers say 'confidential'." in messages(
        packet, "RSK-02", "02"
    )
    card(packet, sensitivity="public")
    assert messages(packet, "RSK-02", "02") == "", "answers may be more careful than the cards"


def test_an_incomplete_card_gets_one_message(packet: Path) -> None:
    card(packet, deletion_path=None, license=None)
    said = messages(packet, "DAT-01", "02")
    assert said == "D-TICKETS: license is empty. What allows you to use it? Also empty: deletion_path."
    assert messages(packet, "STR-01", "02") == ""


def test_a_reason_or_a_misfit_is_no_empty_field(packet: Path) -> None:
    card(packet, retention_days={"na": True, "because": "the data is public and never deleted"}, pii="lots")
    assert messages(packet, "DAT-01", "02") == ""
    assert "data[0].pii must be one of" in messages(packet, "STR-00", "02")


def test_an_evaluation_needs_a_locked_test_file(full: Path) -> None:
    right = get_case("ticket-triage@v1").sha256
    card(full, locked_test_sha256=None)
    said = messages(full, "DAT-02")
    assert f"Put locked_test_sha256: {right} into the card" in said
    assert said.count("\n") == 0, "one message for one cause"
    card(full, locked_test_sha256="a" * 64)
    assert "E-CAND ran on another file than your locked test split." in messages(full, "DAT-02")


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (MODEL, "answer trains_on_data and retention_days, and cite a vendor_terms claim"),
        (
            {**MODEL, "trains_on_data": False, "retention_days": 0},
            "with this model; cite a vendor_terms claim",
        ),
        ({**MODEL, "claims": ["C-TERMS"], "retention_days": 30}, "with this model; answer trains_on_data."),
        ({**MODEL, "claims": ["C-TERMS"], "trains_on_data": True, "retention_days": 30}, ""),
        ({**MODEL, "status": "rejected"}, ""),
        ({**MODEL, "hosting": "self_hosted"}, ""),
    ],
)
def test_personal_data_leaves_only_with_an_answer(full: Path, model: dict[str, object], says: str) -> None:
    update_packet(full, {"models": [model]})
    said = messages(full, "DAT-03")
    assert says in said
    assert bool(says) == bool(said)
    card(full, pii="none")
    assert messages(full, "DAT-03") == "", "nothing personal leaves"


def test_declared_none_and_found_some(full: Path) -> None:
    card(full, pii="none")
    said = messages(full, "DAT-04")
    assert said.startswith("You declared pii: none, but ")
    assert " of 400 sampled texts hold what looks like an e-mail address" in said
    assert said.count("\n") == 0
    card(full, locked_test_sha256=None)
    assert "You declared pii: none" in messages(full, "DAT-04"), "the packet is about that very data"


def test_a_stand_in_says_nothing_about_the_data_of_another_use_case(full: Path) -> None:
    card(full, pii="none", locked_test_sha256=None)
    update_packet(full, {"meta": {"use_case_id": "claims-letters"}})
    assert messages(full, "DAT-04") == ""
