"""No personal data in tickets that are full of it."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "DAT-04"


def cheat(packet: Path) -> None:
    replace(packet, "pii: direct", "pii: none")
