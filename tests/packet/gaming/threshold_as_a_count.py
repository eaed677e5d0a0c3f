"""A unit for which there is no floor."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "EVL-01"
ALSO = ("THR-02",)


def cheat(packet: Path) -> None:
    replace(packet, "value: 0.02\n    unit: share", "value: 0.02\n    unit: count")
