"""A threshold of .nan, which nothing can miss."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "STR-00"
ALSO = ("THR-01", "THR-02", "EVL-01")


def cheat(packet: Path) -> None:
    replace(packet, 'op: ">="\n    value: 0.85', 'op: ">="\n    value: .nan')
