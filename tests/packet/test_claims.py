"""CLM: a claim has a source and a day, goes stale, and agrees with its neighbours."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from course_lib.packet.checks import check_packet
from course_lib.packet.checks.claims import STALE_DAYS
from course_lib.packet.load import update_packet

from .full import messages, replace
from .samples import DAY

PRICES = "    source_url: https://example.com/prices\n"
CHEAP = {
    "id": "C-CHEAP",
    "kind": "price",
    "subject": "Example Small-1",
    "statement": "A price that somebody heard of.",
    "source_url": "https://example.org/blog",
    "source_type": "secondary",
    "as_of": "2026-11-01",
    "input_per_mtok": 0.025,
    "output_per_mtok": 0.4,
    "tier_max_prompt_tokens": 100000,
}


def test_a_claim_without_source_or_day_is_an_opinion(full: Path) -> None:
    replace(full, PRICES, "")
    replace(full, "as_of: 2026-11-01\n", "illustration: true\n")
    says = "C-PRICE has no source_url and no as_of. A price without source and date is an opinion."
    assert messages(full, "CLM-01") == says
    assert "C-PRICE" not in messages(full, "STR-01"), "one message for one cause"


def test_an_address_that_does_not_fit_is_told_once(full: Path) -> None:
    replace(full, "https://example.com/prices", "example.com/prices")
    assert "claims[0].source_url must be written as an https:// address" in messages(full, "STR-00")
    assert messages(full, "CLM-01") == ""


@pytest.mark.parametrize(("id", "kind"), [("C-PRICE", "price"), ("C-TERMS", "vendor_terms")])
def test_what_is_used_goes_stale(full: Path, id: str, kind: str) -> None:
    limit = STALE_DAYS[kind]
    for days, stale in ((limit, False), (limit + 1, True)):
        update_packet(full, {"claims": [{"id": id, "as_of": str(DAY - timedelta(days=days))}]})
        assert (f"{id} is {days} days old" in messages(full, "CLM-02")) == stale


def test_the_limits_of_age() -> None:
    assert STALE_DAYS == {"price": 30, "model": 60, "vendor_terms": 90, "law": 90, "benchmark": 180}


def test_what_nothing_rests_on_may_be_old(full: Path) -> None:
    update_packet(full, {"claims": [{**CHEAP, "subject": "another model", "as_of": "2026-01-01"}]})
    assert messages(full, "CLM-02") == ""
    replace(full, "and its answers can be explained.", "and C-CHEAP is dearer.")
    says = (
        "C-CHEAP is 305 days old; prices go stale after 30. Open the source again and update value and as_of."
    )
    assert says in messages(full, "CLM-02")


def test_a_replaced_claim_is_not_used(full: Path) -> None:
    update_packet(full, {"claims": [CHEAP, {"id": "C-PRICE", "superseded_by": "C-CHEAP"}]})
    assert "cost_model.price_claim cites C-PRICE, which C-CHEAP supersedes." in messages(full, "CLM-02")


def test_the_price_that_is_calculated_with_is_the_vendors_own(full: Path) -> None:
    update_packet(full, {"claims": [{"id": "C-PRICE", "source_type": "secondary"}]})
    assert "comes from somebody's report (https://example.com/prices)" in messages(full, "CLM-03")


def test_two_prices_of_one_model_disagree(full: Path) -> None:
    update_packet(full, {"claims": [CHEAP]})
    says = "Two prices for example-small-1 disagree (C-PRICE: 0.10, C-CHEAP: 0.03 USD a million tokens)."
    assert says in messages(full, "CLM-04")


@pytest.mark.parametrize(
    "change",
    [{"superseded_by": "C-PRICE"}, {"tier_max_prompt_tokens": 200000}, {"subject": "example-large-1"}],
    ids=["reconciled", "another tier", "another model"],
)
def test_two_prices_that_do_not_disagree(full: Path, change: dict[str, object]) -> None:
    update_packet(full, {"claims": [{**CHEAP, **change}]})
    assert messages(full, "CLM-04") == ""


@pytest.mark.parametrize("name", ["Claude", "gpt-4o-mini", "OpenAI", "Gemini"])
def test_a_name_in_prose_has_a_claim(full: Path, name: str) -> None:
    replace(full, "its answers can be explained", f"{name} is dearer")
    assert f"decisions[1].reason names {name.removesuffix('o-mini')}" in messages(full, "CLM-05")
    update_packet(full, {"claims": [{**CHEAP, "subject": name}]})
    assert messages(full, "CLM-05") == ""


@pytest.mark.parametrize("name", ["the course-gpt-chat model", "a llama at the zoo", "Geminids in December"])
def test_other_words_are_no_names(full: Path, name: str) -> None:
    replace(full, "its answers can be explained", name)
    assert messages(full, "CLM-05") == ""


def test_a_stale_law_is_told_once(full: Path) -> None:
    report = check_packet(full, "04", date(2027, 1, 20))
    told = [finding.check for finding in report.findings if finding.subject == "C-LAW"]
    assert told == ["RSK-03"]
