"""Right answers in the raw rows; the envelope stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import rows

EXPECTED = "EVD-02"
ALSO = ("EVL-02",)
FORGERY = True


def all_right(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["output"] = row["gold"]


def cheat(packet: Path) -> None:
    rows(packet, "E-CAND", all_right)
