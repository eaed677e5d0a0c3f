"""A price without a source."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "CLM-01"
ALSO = ("STR-01",)


def cheat(packet: Path) -> None:
    replace(packet, "    source_url: https://example.com/prices\n", "")
