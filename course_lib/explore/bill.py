"""What tokens cost: a page, a PDF, a month, and the people beside it (lesson 03, parts 8 and 9).

Prices and sizes are dated claims; what others measured says who and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.data.claims import claim
from course_lib.explore.figure import Finding, table

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Month:
    """What a month of requests needs.

    Attributes:
        tickets: how many requests.
        tokens_in, tokens_out: of one request.
    """

    tickets: int
    tokens_in: int
    tokens_out: int

    def usd(self, price: str) -> float:
        """Return what the tokens cost at a claimed price, such as "haiku-4-5-price"."""
        values = claim(price).values
        cost = self.tokens_in * values["input_per_mtok"] + self.tokens_out * values["output_per_mtok"]
        return self.tickets * cost / 1e6


def price_of_a_page(page: float, tokens: Mapping[str, int], price: str) -> Finding:
    """Ask for the tokens of a page, and say what 1,000 pages of the same content cost to read.

    Args:
        page: tokens of a page in the first language.
        tokens: of the same sentences in each language, with one tokenizer.
        price: the id of a claim.
    """
    usd = claim(price).values["input_per_mtok"]
    first = next(iter(tokens))
    rows = []
    for language, count in tokens.items():
        here = page * count / tokens[first]
        rows.append([language, f"{here:,.0f}", f"{1000 * here * usd / 1e6:.2f} USD"])
    return Finding(
        f"tokens of a page in {first}",
        f"{page:.0f}",
        lambda _: table(["language", "tokens a page, rough", "1,000 pages to read"], rows),
    )


def a_ten_page_pdf(page: float, small: float, claimed: int = 80_000) -> Finding:
    """Ask what a ten-page PDF took, and set the claim beside what can be computed and what was measured.

    Args:
        page: tokens of a page of English, pasted as text.
        small: the same with the course's own tokenizer.
        claimed: what somebody said.
    """
    pdf = claim("ten-page-pdf-tokens")
    counted = (
        f"a real ten-page PDF of text, sent to Claude Haiku 4.5 as a file (data set {pdf.source.rpartition('/')[2]}, "
        f"{pdf.as_of:%d %B %Y})"
    )
    sizes = {
        "said": claimed,
        "ten pages pasted as text, rough": 10 * page,
        "the same with the course's own small vocabulary": 10 * small,
        counted: pdf.values["tokens"],
    }
    rows = [[name, f"{count:,.0f}", f"{claimed / count:.0f} ×"] for name, count in sizes.items()]
    rows[0][2] = ""
    return Finding(
        "tokens of a real ten-page PDF",
        f"{pdf.values['tokens']:,}",
        lambda _: table(["ten pages", "tokens", "the claim is too high by"], rows),
        "A file may be counted by other rules than its text, and its pages may be fuller: measure what you will send.",
    )


def a_months_bill(month: Month, price: str, mistaken: str) -> Finding:
    """Ask for a month's bill, and say what the price of another model would have made of it."""
    right, wrong = month.usd(price), month.usd(mistaken)
    other = claim(mistaken)
    return Finding(
        "USD a month",
        f"{right:.2f}",
        None,
        f"With the other two numbers it would be {wrong:.2f} USD, a factor of {max(right / wrong, wrong / right):.1f}. "
        f"They are not invented: they are the right price **of another model**, {other.subject}, listed on "
        f"{other.as_of}. A price without a name, a source and a day cannot even be checked.",
    )


def share_of_tokens(tokens: float, people: float, one_in_a_hundred: float) -> Finding:
    """Ask which share of a month's cost are tokens.

    Args:
        tokens, people: USD a month.
        one_in_a_hundred: USD a month for reviewing one suggestion in a hundred.
    """
    total = tokens + people
    rows = [
        ["tokens", f"{tokens:,.2f} USD"],
        ["people who review", f"{people:,.2f} USD"],
        ["together", f"{total:,.2f} USD"],
        ["together, with five times the tokens", f"{5 * tokens + people:,.2f} USD"],
        ["together, reviewing one suggestion fewer per 100", f"{total - one_in_a_hundred:,.2f} USD"],
    ]
    return Finding("share of tokens", f"{tokens / total:.1%}", lambda _: table(["a month", "cost"], rows))
