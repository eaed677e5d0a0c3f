"""A threshold in the wrong direction is met by every bad system."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = ("THR-02", "THR-04", "THR-03")
ALSO = ("MON-02",)


def cheat(packet: Path) -> None:
    replace(packet, 'op: ">="\n    value: 0.85', 'op: "<="\n    value: 0.95')
