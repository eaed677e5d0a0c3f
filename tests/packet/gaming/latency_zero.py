"""Latencies of nothing."""

from __future__ import annotations

from pathlib import Path

from ._tools import forge

EXPECTED = "EVD-09"


def cheat(packet: Path) -> None:
    forge(
        packet,
        "E-LAT",
        lambda rows: [row.update(milliseconds=-place / 1e6) for place, row in enumerate(rows)],
    )
