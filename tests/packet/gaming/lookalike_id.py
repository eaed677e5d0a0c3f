"""An id with a Cyrillic letter that nothing else can cite."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = ("STR-02", "STR-00")


def cheat(packet: Path) -> None:
    replace(packet, "- id: R-SUPPLY", "- id: R-SUPPL\u0423")
