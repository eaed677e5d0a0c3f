"""Last spring's price."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "CLM-02"


def cheat(packet: Path) -> None:
    replace(packet, "as_of: 2026-11-01", "as_of: 2026-05-01")
