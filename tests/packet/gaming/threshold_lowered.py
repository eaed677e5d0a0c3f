"""The bar is lowered once the result is known."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "THR-02"
ALSO = ("THR-03", "MON-02")


def cheat(packet: Path) -> None:
    replace(packet, 'op: ">="\n    value: 0.85', 'op: ">="\n    value: 0.6')
