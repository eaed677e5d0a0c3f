"""A plan whose day has passed."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "CTL-01"


def cheat(packet: Path) -> None:
    replace(packet, "status: planned\n    due_date: 2027-01-15", "status: planned\n    due_date: 2026-01-15")
