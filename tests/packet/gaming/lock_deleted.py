"""Without a lock nobody knows what was promised."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "LOG-02"
ALSO = ("THR-02", "THR-03")


def cheat(packet: Path) -> None:
    replace(packet, 'op: ">="\n    value: 0.85', 'op: ">="\n    value: 0.6')
    (packet / "packet.lock.json").unlink()
