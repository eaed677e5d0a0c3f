"""Seconds in the place of milliseconds make it a thousand times faster."""

from __future__ import annotations

from pathlib import Path

from ._tools import forge

EXPECTED = "EVD-09"


def cheat(packet: Path) -> None:
    forge(packet, "E-LAT", lambda rows: [row.update(milliseconds=row["milliseconds"] / 1000) for row in rows])
