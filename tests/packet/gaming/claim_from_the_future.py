"""A source read next year never goes stale."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "STR-07"


def cheat(packet: Path) -> None:
    replace(packet, "as_of: 2026-11-01", "as_of: 2027-11-01")
