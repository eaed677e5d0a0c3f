"""Harmless answers for confidential data."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "RSK-02"


def cheat(packet: Path) -> None:
    replace(packet, "data: confidential ", "data: public ")
    replace(packet, "tier: 3", "tier: 2")
