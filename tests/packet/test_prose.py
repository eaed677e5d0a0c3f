"""PRS: what counts as a number that has to be cited, and what is only a name with digits."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from course_lib.packet.checks.core import Context
from course_lib.packet.checks.prose import _measured, numbers
from course_lib.packet.load import load_packet, update_packet

from .full import SUMMARY, messages
from .samples import DAY

# Prose in which no number has to be cited.
NAMES = [
    "Article 14 and Art. 6(1) of Regulation (EU) 2024/1689, Annex III, point 5(b), and § 26 BDSG",
    "Articles 9, 10 and 14 apply; Directive 95/46/EC does not; recital 12 explains it",
    "ISO/IEC 42001:2023, ISO 27001 and NIST AI 100-1",
    "on 2026-11-02, 2 November 2026, November 2, 2026, in Q3 2026 and at 14:30",
    "version 2.1, v3, release 4.0.1 and claude-haiku-4-5, gpt-4.1, course_bpe_v1 and sha256",
    "lesson 04, lessons 03 and 04, part 3 of 13, tier 3, step 2, rows and row 17, option 2, top 3",
    "T-QUAL, E-6ND, LLM01, R-2, the 1st and the 95th percentile, p95 and p50",
    "24/7, 24 hours a day, a 2-line reason, a 70B model, 3D, hit@1 and #4",
    "T = 0, T=0.7 and a temperature of 1.2, k = 5",
    "right for {{E-CAND#accuracy:.1%}} of 3 and {{E-LAT#p95_ms:.0f}} ms",
    "https://example.com/2026/10/99%25-better?p=95 says so",
    "the 95 % bound, a 95 % confidence interval, the 99 percent Wilson interval",
    "we look again in 90 days, after 6 weeks, every 3 months and for 2 years",
    "one of eight queues, two agents, zero failures, one in four",
]
# Prose, and the number with a unit that is found in it: text, kind, value in share, money, seconds or tokens.
WITH_UNIT = [
    ("it is 99 percent right", "99 percent", "share", 0.99),
    ("it is 99.5% right", "99.5%", "share", 0.995),
    ("between 85-90 % of them", "90 %", "share", 0.90),
    ("costs 4,860 USD", "4,860 USD", "money", 4860),
    ("costs 4 860.50 USD", "4 860.50 USD", "money", 4860.5),
    ("costs $12 a day", "$12", "money", 12),
    ("costs 14 cents", "14 cents", "money", 0.14),
    ("costs 1.2 million USD", "1.2 million USD", "money", 1.2e6),
    ("takes 150ms", "150ms", "time", 0.15),
    ("takes 1.5 seconds", "1.5 seconds", "time", 1.5),
    ("takes 2 s.", "2 s", "time", 2),
    ("a 10-minute drill", "10-minute", "time", 600),
    ("reads 860 tokens", "860 tokens", "tokens", 860),
    ("reads 860 prompt tokens", "860 prompt tokens", "tokens", 860),
]


def small(value: float) -> bool:
    """Whether a bare number is small, or a year."""
    return value <= 12 or 1900 <= value <= 2100


@pytest.mark.parametrize("text", NAMES)
def test_names_are_not_numbers(text: str, full: Path) -> None:
    assert [number for number in numbers(text) if number.kind or not small(number.value)] == []
    update_packet(full, {"decisions": [{"id": "DEC-MODEL", "reason": f"It is the better one. {text}."}]})
    assert messages(full, "PRS-01") == messages(full, "PRS-03") == ""


@pytest.mark.parametrize(("text", "found", "kind", "value"), WITH_UNIT)
def test_a_number_with_a_unit(text: str, found: str, kind: str, value: float) -> None:
    number = next(number for number in numbers(text) if number.kind)
    assert (number.text, number.kind) == (found, kind)
    assert number.value == pytest.approx(value)


def tell(full: Path, text: str) -> str:
    """What PRS-01 says about a sentence in a decision's reason."""
    update_packet(full, {"decisions": [{"id": "DEC-MODEL", "reason": f"It is the better one: {text}."}]})
    return messages(full, "PRS-01")


@pytest.mark.parametrize(
    "text",
    [
        "right for 99 percent of the tickets",
        "it answers in 3 seconds",
        "it answers within 150 ms",
        "it costs 77 USD",
        "a ticket has 999 tokens",
        "a review takes 7 minutes",
        "right for 4 % of them",  # a rating of 4 is no share
    ],
)
def test_a_retyped_number_is_an_error(full: Path, text: str) -> None:
    assert "is neither a reference like {{E-CAND#accuracy}} nor a field of the packet." in tell(full, text)


@pytest.mark.parametrize(
    "text",
    [
        "15 % of the suggestions are reviewed",  # oversight.review_rate 0.15
        "1.5 minutes each at 36 USD an hour",
        "4 860 USD of people's time a month",
        "about 4 900 USD a month",  # rounded
        "98 % of the bill is people's time",  # review cost of total cost
        "0.14 USD a ticket",  # recomputed cost per request
        "at least 85 percent have to be right",  # T-QUAL
        "at most 1 % may repeat personal data",  # T-PII
        "answers come within 2 seconds, or 2000 ms",  # the latency SLO
        "a rollback takes at most 10 minutes",
        "prompts up to 4096 tokens",
        "the service is available 99 % of the time",
        "the provider deletes them after 30 days",
    ],
)
def test_a_field_of_the_packet_may_be_named(full: Path, text: str) -> None:
    assert tell(full, text) == ""


def test_a_retyped_metric_gets_its_reference(full: Path) -> None:
    accuracy = Context(load_packet(full), "04", DAY).measured["E-CAND"]["accuracy"]
    assert "Write {{E-CAND#accuracy:.2%}} in its place." in tell(
        full, f"right for {accuracy:.2%} of the tickets"
    )


def test_the_summary_and_rejected_options_are_read_too(full: Path) -> None:
    update_packet(full, {"summary": SUMMARY + " It is 99 percent right."})
    assert messages(full, "PRS-01").startswith("summary: '99 percent'")
    alternative = {"option": "rules", "rejected_because": "they are right for 12.34 % only"}
    update_packet(
        full, {"summary": SUMMARY, "decisions": [{"id": "DEC-MODEL", "alternatives": [alternative]}]}
    )
    assert messages(full, "PRS-01").startswith("decisions[1].alternatives[0].rejected_because: '12.34 %'")


def test_bare_numbers_are_a_warning(full: Path) -> None:
    update_packet(full, {"summary": SUMMARY + " The 24 agents like it."})
    assert messages(full, "PRS-03") == "summary: bare number 24: cite it or spell it out."
    assert messages(full, "PRS-01") == ""


@pytest.mark.parametrize(
    "text", ["36 000 tickets a month", "400 rows", "since 1998", "4 agents", "320 probes"]
)
def test_harmless_bare_numbers(full: Path, text: str) -> None:
    update_packet(full, {"summary": SUMMARY + f" There are {text}."})
    assert messages(full, "PRS-03") == ""


def test_the_length_of_the_summary(full: Path) -> None:
    update_packet(full, {"summary": "A service that suggests a queue. " * 5})
    assert messages(full, "PRS-02") == "The summary has 30 words; a reviewer needs 60-400."
    update_packet(full, {"summary": SUMMARY + " and so on" * 120})
    assert "words; a reviewer needs 60-400." in messages(full, "PRS-02")


def test_the_summary_names_decision_and_top_risk(full: Path) -> None:
    filler = "The service desk is glad about it and the people there look at it with care every day. " * 5
    update_packet(full, {"summary": filler})
    assert "does not name the decision." in messages(full, "PRS-02")
    assert "does not name the top risk (R-INJECTION or R-WRONG-QUEUE)." in messages(full, "PRS-02")
    update_packet(full, {"summary": filler + "We chose nearest-examples. A wrong queue is what we fear."})
    assert messages(full, "PRS-02") == ""


def test_the_suggested_reference_comes_from_the_decisions_own_evidence() -> None:
    measured = {"E-CAND": {"accuracy": 0.93}, "E-TEMP": {"correct_t0": 0.93}, "E-INJ": {"failure_rate": 0.01}}
    context: Any = SimpleNamespace(measured=measured)
    (number,) = numbers("right in 93 %")
    assert _measured(context, number, ["E-CAND", "E-BASE"]) == "{{E-CAND#accuracy:.0%}}"
    assert _measured(context, number) == "{{E-TEMP#correct_t0:.0%}}", "else what was measured last"
