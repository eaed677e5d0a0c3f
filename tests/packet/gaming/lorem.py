"""Filler in the place of an answer."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "STR-04"


def cheat(packet: Path) -> None:
    replace(packet, "keyword rules v1", "Lorem ipsum dolor sit amet")
