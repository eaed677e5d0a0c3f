"""A cost SLO that nobody can miss."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "CST-07"


def cheat(packet: Path) -> None:
    replace(packet, "cost_per_request_usd: 0.15", "cost_per_request_usd: 15")
