"""A threshold in digits that people read otherwise."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = ("STR-00", "THR-02")
ALSO = ("THR-01", "THR-03", "THR-04")


def cheat(packet: Path) -> None:
    replace(packet, 'op: ">="\n    value: 0.85', 'op: ">="\n    value: \u0660.\u0661')
