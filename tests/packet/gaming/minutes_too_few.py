"""Seconds for a review that costs minutes in the cost model."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "OVS-01"


def cheat(packet: Path) -> None:
    replace(
        packet,
        "review_minutes: 1.5\n  reviewer_hours_per_month: 140",
        "review_minutes: 0.1\n  reviewer_hours_per_month: 10",
    )
