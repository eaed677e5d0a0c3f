"""STR-08: text that the course offers is no copy, text of the worked example is."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from course_lib.packet.checks import Report, check_packet
from course_lib.packet.checks.copies import ENOUGH, shingles, similarity, written
from course_lib.packet.files import assessments
from course_lib.packet.load import load_packet, update_packet
from course_lib.packet.start import new_packet, use_cases

from .samples import DAY, make_packet

EXAMPLE = assessments("examples/ticket-triage")
OWN = (
    "Our sorting runs in a ward of a clinic for animals, where a vet nurse looks at each letter of an owner before"
    " anybody calls back. Greedy decoding keeps two nurses from seeing two different urgencies for one sick dog, and"
    " the nurses told us that they would stop trusting a screen that changes its mind between two shifts. We would"
    " look again when the share of letters in Turkish grows, because none of our questions was in Turkish yet."
)


def copied(report: Report) -> str:
    return "\n".join(finding.message for finding in report.findings if finding.check == "STR-08")


@pytest.mark.parametrize("use_case", use_cases())
def test_an_untouched_starter_is_no_copy(tmp_path: Path, use_case: str) -> None:
    new_packet(tmp_path, use_case=use_case, learner="learner-a", today=DAY)
    assert written(load_packet(tmp_path)) == set()
    assert copied(check_packet(tmp_path, "01", DAY)) == ""


@pytest.mark.parametrize("use_case", use_cases())
def test_every_starter_leads_to_an_honest_packet(tmp_path: Path, use_case: str) -> None:
    report = check_packet(make_packet(tmp_path, use_case), "02", DAY)
    assert report.findings == []
    assert report.points() == 12.0


def test_the_honest_packets_are_silent(packet: Path, full: Path) -> None:
    assert copied(check_packet(packet, "02", DAY)) == copied(check_packet(full, "04", DAY)) == ""


def test_the_example_is_not_compared_with_itself() -> None:
    assert copied(check_packet(EXAMPLE, "02", DAY + timedelta(days=30))) == ""


def test_a_copy_of_the_example_is_a_question_to_a_person(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "packet"))
    update_packet(folder, {"meta": {"learner_id": "learner-a"}})
    report = check_packet(folder, "02", DAY + timedelta(days=30))
    assert "100% of your long text equals the worked example ticket-triage. Describe YOUR use case" in copied(
        report
    )
    assert report.integrity
    assert report.points() <= 4.8


def test_own_words_outweigh_a_copied_sentence(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "packet"))
    update_packet(folder, {"decisions": [{"id": "DEC-DECODING", "reason": OWN}]})
    assert len(written(load_packet(folder))) > ENOUGH
    assert copied(check_packet(folder, "02", DAY + timedelta(days=30))) == ""


def test_classmates_are_compared_in_what_they_wrote(tmp_path: Path) -> None:
    one, other = make_packet(tmp_path / "one"), make_packet(tmp_path / "other", "policy-questions")
    assert similarity(load_packet(one), load_packet(other)) == 0, "too little of their own to say anything"
    update_packet(one, {"decisions": [{"id": "DEC-DECODING", "reason": OWN}]})
    update_packet(other, {"decisions": [{"id": "DEC-DECODING", "reason": OWN.replace("dog", "cat")}]})
    assert 0.8 < similarity(load_packet(one), load_packet(other)) < 1
    assert similarity(load_packet(one), load_packet(one)) == 1
    assert similarity(load_packet(one), load_packet(EXAMPLE)) < 0.1


def test_five_words_in_a_row() -> None:
    assert shingles("One, two three: {{E-TEMP#identical_t0:.2f}} FOUR five six") == {
        "one two three four five",
        "two three four five six",
    }
    assert shingles("only four words here") == set()
