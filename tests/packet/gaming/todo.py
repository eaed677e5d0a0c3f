"""An answer for later."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "STR-04"


def cheat(packet: Path) -> None:
    replace(packet, "masked ticket text", "TODO")
