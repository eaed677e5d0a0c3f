"""The candidate is measured again on the best language only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import forge

EXPECTED = ("EVD-06", "EVD-07")
ALSO = ("THR-04", "EVL-02")
FORGERY = True


def english(rows: list[dict[str, Any]]) -> None:
    rows[:] = [row for row in rows if row["language"] == "en"]


def cheat(packet: Path) -> None:
    forge(packet, "E-CAND", english)
