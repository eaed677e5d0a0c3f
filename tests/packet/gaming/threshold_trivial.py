"""A threshold that a system passes which always says the same."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = ("THR-04", "THR-02")
ALSO = ("THR-03",)


def cheat(packet: Path) -> None:
    replace(packet, 'op: ">="\n    value: 0.85', 'op: ">="\n    value: 0.05')
