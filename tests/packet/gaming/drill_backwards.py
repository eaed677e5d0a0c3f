"""A drill whose steps end before they begin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import rows

EXPECTED = "EVD-02"
ALSO = ("RBK-02", "EVD-01")
FORGERY = True


def backwards(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["started_at"], row["ended_at"] = row["ended_at"], row["started_at"]


def cheat(packet: Path) -> None:
    rows(packet, "E-DRILL", backwards)
