"""The same latency 400 times."""

from __future__ import annotations

from pathlib import Path

from ._tools import forge

EXPECTED = "EVD-09"


def cheat(packet: Path) -> None:
    forge(packet, "E-LAT", lambda rows: [row.update(milliseconds=0.1) for row in rows])
