"""A control that is there because somebody says so."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "CTL-01"


def cheat(packet: Path) -> None:
    replace(
        packet,
        "area: input_filtering\n    status: planned\n    due_date: 2027-01-15",
        "area: input_filtering\n    status: implemented",
    )
