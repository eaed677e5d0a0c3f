"""What lesson 03 says about pages, files, months and people."""

from __future__ import annotations

import pytest

from course_lib.data.claims import claim
from course_lib.explore.bill import Month, a_months_bill, a_ten_page_pdf, price_of_a_page, share_of_tokens

PRICE, OLDER = "haiku-4-5-price", "haiku-3-price"


def test_a_month_costs_what_its_tokens_cost() -> None:
    values = claim(PRICE).values
    month = Month(tickets=1_000_000, tokens_in=1, tokens_out=2)
    assert month.usd(PRICE) == pytest.approx(values["input_per_mtok"] + 2 * values["output_per_mtok"])
    found = a_months_bill(month, PRICE, mistaken=OLDER)
    assert found.measured == f"{month.usd(PRICE):.2f}"
    assert f"{month.usd(OLDER):.2f} USD, a factor of {month.usd(PRICE) / month.usd(OLDER):.1f}" in found.says
    assert claim(OLDER).subject in found.says


def test_a_page_costs_more_where_the_same_sentences_take_more_tokens() -> None:
    found = price_of_a_page(1000, {"English": 10, "Hindi": 50}, PRICE)
    assert found.measured == "1000"
    assert found.show is not None
    per_page = claim(PRICE).values["input_per_mtok"]  # 1,000 pages of 1,000 tokens are a million
    rows = found.show(None).data
    assert f"| English | 1,000 | {per_page:.2f} USD |" in rows
    assert f"| Hindi | 5,000 | {5 * per_page:.2f} USD |" in rows


def test_a_claim_about_a_file_is_held_against_three_numbers() -> None:
    found = a_ten_page_pdf(page=500, small=1000, claimed=80_000)
    assert found.show is not None
    rows = found.show(None).data
    assert "| 5,000 | 16 × |" in rows
    assert "| 10,000 | 8 × |" in rows
    assert f"| {found.measured} | 4 × |" in rows
    assert "18 October 2026" in rows


def test_people_and_tokens_share_the_cost() -> None:
    found = share_of_tokens(tokens=25, people=75, one_in_a_hundred=5)
    assert found.measured == "25.0%"
    assert found.show is not None
    rows = found.show(None).data
    assert "| together | 100.00 USD |" in rows
    assert "five times the tokens | 200.00 USD |" in rows
    assert "fewer per 100 | 95.00 USD |" in rows
