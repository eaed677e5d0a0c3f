"""Two thresholds with one id: one to show, one to meet."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "STR-02"
ALSO = ("STR-03", "THR-02", "EVL-01", "THR-03", "MON-02")


def cheat(packet: Path) -> None:
    replace(packet, "id: T-COST", "id: T-QUAL")
