"""N/A without a reason."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "STR-05"


def cheat(packet: Path) -> None:
    replace(packet, "masked ticket text", "n/a")
