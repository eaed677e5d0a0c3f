"""PASS, because it sounds better."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "GATE-01"


def cheat(packet: Path) -> None:
    replace(packet, "declared: CONDITIONAL", "declared: PASS")
