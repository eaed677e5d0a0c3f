"""Answers that say the right label among others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import forge

EXPECTED = "EVD-07"
ALSO = ("EVL-02", "THR-04", "EVL-01")
FORGERY = True


def hedged(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["output"] = f" {row['gold'].upper()} "


def cheat(packet: Path) -> None:
    forge(packet, "E-CAND", hedged)
