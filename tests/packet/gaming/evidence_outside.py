"""Evidence outside the packet's folder, where it can be exchanged."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = ("EVD-01", "STR-03")
ALSO = ("EVL-02",)


def cheat(packet: Path) -> None:
    (packet / "../E-CAND.json").write_text((packet / "evidence/E-CAND.json").read_text())
    replace(packet, "path: evidence/E-CAND.json", "path: ../E-CAND.json")
