"""The bad measurement is deleted."""

from __future__ import annotations

from pathlib import Path

EXPECTED = "EVD-01"


def cheat(packet: Path) -> None:
    (packet / "evidence/E-INJ.json").unlink()
