"""The bar is lowered in the packet and in the lock."""

from __future__ import annotations

from pathlib import Path

from ._tools import lock, replace

EXPECTED = ("LOG-02", "THR-03")
ALSO = ("THR-02",)


def cheat(packet: Path) -> None:
    replace(packet, 'op: ">="\n    value: 0.85', 'op: ">="\n    value: 0.6')
    lock(packet, lambda entries: entries[-1]["thresholds"]["T-QUAL"].update(value=0.6))
