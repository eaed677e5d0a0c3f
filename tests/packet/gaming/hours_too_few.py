"""Reviews that nobody has time for."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "OVS-01"


def cheat(packet: Path) -> None:
    replace(packet, "reviewer_hours_per_month: 140", "reviewer_hours_per_month: 20")
