"""0.85 percent in the place of 0.85."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = ("THR-03", "THR-04")
ALSO = ("MON-02", "THR-02")


def cheat(packet: Path) -> None:
    replace(packet, "value: 0.85\n    unit: share", "value: 0.85\n    unit: percent")
