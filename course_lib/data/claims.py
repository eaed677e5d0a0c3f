"""Dated claims: what lessons say about vendors, prices and sizes has a source and a day, and goes stale.

One file, `claims.yaml` beside this one, holds them all; a lesson shows them through `course_lib.explore.claims`.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE = Path(__file__).with_name("claims.yaml")
STALE_DAYS = {"price": 30, "model": 60, "vendor_terms": 90, "law": 90, "benchmark": 180}


class Claim(BaseModel):
    """One statement about the world outside the course.

    `as_of` is the day on which the source said so; `values` holds the numbers, and `statement` takes them from there.
    A publication is about the past and never goes stale.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: Literal["price", "model", "vendor_terms", "law", "benchmark", "publication"]
    subject: str = Field(min_length=2)
    statement: str = Field(min_length=10)
    source: str = Field(pattern=r"^https://")
    as_of: date
    values: dict[str, int | float] = {}

    def sentence(self) -> str:
        """Return subject and statement with its numbers filled in."""
        return f"{self.subject}: {self.statement.format(**self.values)}"

    def age_days(self, today: date) -> int:
        """Return how many days before `today` the source said so."""
        return (today - self.as_of).days

    def stale(self, today: date) -> bool:
        """Return whether the claim is older than its kind may be."""
        return self.age_days(today) > STALE_DAYS.get(self.kind, self.age_days(today))


@cache
def load_claims(path: Path = FILE) -> dict[str, Claim]:
    """Return all claims of a file by id.

    Raises:
        ValueError: for a claim that does not fit, an id used twice, a number in a statement that `values` lacks.
    """
    from ruamel.yaml import YAML

    claims: dict[str, Claim] = {}
    for item in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["claims"]:
        try:
            claim = Claim.model_validate(item)
            claim.sentence()
        except (ValidationError, KeyError) as error:
            raise ValueError(f"{path.name}: the claim {item.get('id')!r} does not fit: {error}") from error
        if claim.id in claims:
            raise ValueError(f"{path.name}: two claims are called {claim.id!r}")
        claims[claim.id] = claim
    return claims


def claim(id: str) -> Claim:
    """Return the claim called `id`.

    Raises:
        KeyError: there is none; the message names those there are.
    """
    claims = load_claims()
    if id not in claims:
        raise KeyError(f"there is no claim {id!r}; there are {', '.join(claims)}")
    return claims[id]
