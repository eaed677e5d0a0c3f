"""The bar is lowered and sealed again."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace, reseal

EXPECTED = "THR-02"
ALSO = ("THR-03",)


def cheat(packet: Path) -> None:
    replace(packet, 'op: ">="\n    value: 0.85', 'op: ">="\n    value: 0.6')
    reseal(packet)
