"""Dated claims: complete, honest about their age, and the only place where lessons name a vendor."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import nbformat
import pytest

from course_lib.data.claims import STALE_DAYS, claim, load_claims
from course_lib.explore.claims import dated
from course_lib.packet.checks import claims as packet_claims

LESSONS = sorted((Path(__file__).resolve().parents[2] / "lessons").glob("*.ipynb"))
NAMES = re.compile(
    r"\b(?:Claude(?! Shannon)|Haiku|ChatGPT|Gemini|Llama|Mistral|Qwen|DeepSeek|GPT-\d)", re.IGNORECASE
)


def test_every_claim_of_the_course_is_complete_and_not_from_the_future() -> None:
    claims = load_claims()
    assert len(claims) >= 5
    for one in claims.values():
        assert one.as_of <= datetime.now(UTC).date(), one.id
        for value in one.values.values():
            assert value > 0
        assert "{" not in one.sentence()


def test_a_price_is_stale_after_thirty_days_and_a_publication_never() -> None:
    price, paper = claim("haiku-4-5-price"), claim("llama-3-1-405b-training")
    last_good = price.as_of + timedelta(days=STALE_DAYS["price"])
    assert not price.stale(last_good)
    assert price.stale(last_good + timedelta(days=1))
    assert not paper.stale(date(2099, 1, 1))


def test_a_lesson_shows_source_day_and_age() -> None:
    day = claim("haiku-4-5-price").as_of
    fresh = dated("haiku-4-5-price", today=day + timedelta(days=3)).data
    assert "1.00 USD" in fresh
    assert f"| {day} |" in fresh
    assert "3 days old" in fresh
    assert "stale" not in fresh
    assert "**stale**: 40 days old" in dated("haiku-4-5-price", today=day + timedelta(days=40)).data


def test_lessons_and_packet_agree_on_when_a_claim_goes_stale() -> None:
    assert packet_claims.STALE_DAYS is STALE_DAYS


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("source: http://example.org", "source"),
        ('statement: "costs {price} USD"', "price"),
        ("colour: green", "colour"),
    ],
)
def test_a_claim_that_does_not_fit_is_named(tmp_path: Path, change: str, problem: str) -> None:
    good = {
        "id": "one",
        "kind": "price",
        "subject": "A thing",
        "statement": '"costs something"',
        "source": "https://example.org",
        "as_of": "2026-01-01",
    }
    key, _, value = change.partition(": ")
    lines = [f"{name}: {text}" for name, text in (good | {key: value}).items()]
    path = tmp_path / "claims.yaml"
    path.write_text("claims:\n  - " + "\n    ".join(lines) + "\n")
    with pytest.raises(ValueError, match=rf"'one' does not fit[\s\S]*{problem}"):
        load_claims(path)


def test_an_unknown_claim_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="haiku-4-5-price"):
        claim("nobody")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_names_no_model_or_vendor_without_its_claim(path: Path) -> None:
    """A cell of prose that names one needs a `dated(...)` of the same subject in the lesson."""
    cells = nbformat.read(path, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    shown = " ".join(one.subject for one in load_claims().values() if f'"{one.id}"' in code).lower()
    for cell in cells:
        if cell.cell_type == "markdown":
            for name in NAMES.findall(cell.source):
                assert name.lower() in shown, (
                    f"cell {cell.id} names {name} and the lesson shows no claim about it"
                )
