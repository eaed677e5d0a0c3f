"""A lower tier with lower floors."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "RSK-01"


def cheat(packet: Path) -> None:
    replace(packet, "tier: 3", "tier: 1")
