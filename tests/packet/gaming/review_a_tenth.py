"""People's time off by ten."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "CST-05"


def cheat(packet: Path) -> None:
    replace(packet, "cost_month_usd: 4860.0", "cost_month_usd: 486.0")
