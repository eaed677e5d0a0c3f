"""A word that YAML 1.1 reads as false."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "STR-00"
ALSO = ("STR-01",)


def cheat(packet: Path) -> None:
    replace(packet, "autonomy: suggest", "autonomy: no")
