"""A person's name to blame."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "STR-06"


def cheat(packet: Path) -> None:
    replace(packet, "commander_role: OPS", "commander_role: Jane Doe")
