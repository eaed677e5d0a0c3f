"""Dated claims as a lesson shows them: with source, day, and a flag on what is stale."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from course_lib import clock
from course_lib.data.claims import STALE_DAYS, Claim, claim
from course_lib.explore.figure import Finding, Marked, in_words, table


def age(claim: Claim, today: date) -> Marked:
    """Say in words how old a claim is, and whether that is too old."""
    days = claim.age_days(today)
    if claim.stale(today):
        limit = STALE_DAYS[claim.kind]
        kind = "vendor's word" if claim.kind == "vendor_terms" else claim.kind
        return Marked(f"**stale**: {days} days old, a {kind} holds for {limit} days. Open the source.")
    return Marked("a publication does not go stale" if claim.kind == "publication" else f"{days} days old")


def dated(*ids: str, today: date | None = None) -> Any:
    """Show claims as a table: statement, source, day, age (today: by default this day, UTC)."""
    day = today or clock.today()
    rows = [[one.sentence(), _link(one.source), one.as_of, age(one, day)] for one in map(claim, ids)]
    return table(["dated illustration", "source", "as of", "age"], rows)


def times_the_price(older: str, newer: str) -> Finding:
    """Return how many times the price of reading a token a newer model costs, with both claims beside it."""
    before, after = (claim(one).values["input_per_mtok"] for one in (older, newer))
    return Finding(
        f"price of a token read, {claim(newer).subject} over {claim(older).subject}",
        f"{after / before:.2g}",
        lambda _guess: dated(older, newer),
        f"Whoever carries the older price over to the newer model is wrong by a factor of {after / before:.2g}. "
        "Lesson 03 meets that very mistake.",
    )


def _link(source: str) -> Marked:
    return Marked(f"[{in_words(urlsplit(source).netloc)}]({source})")
