"""A rehearsed rollback that took no time at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import forge

EXPECTED = "RBK-02"


def instant(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["started_at"] = row["ended_at"] = "2026-11-02T12:00:00+00:00"


def cheat(packet: Path) -> None:
    forge(packet, "E-DRILL", instant)
