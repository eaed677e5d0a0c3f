"""2000 seconds in the place of 2000 milliseconds."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = ("EVL-01", "THR-02")


def cheat(packet: Path) -> None:
    replace(packet, "unit: milliseconds", "unit: seconds")
