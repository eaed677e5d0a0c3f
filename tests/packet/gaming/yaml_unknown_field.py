"""A field that a reader sees and no check."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "STR-00"


def cheat(packet: Path) -> None:
    replace(packet, "gate:\n", "gate:\n  approved_by_the_board: true\n")
