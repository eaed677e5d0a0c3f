"""A better number in words."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "PRS-01"


def cheat(packet: Path) -> None:
    replace(
        packet,
        "it is right for {{E-CAND#accuracy:.1%}} of the tickets, the keyword",
        "it is right for ninety-nine percent of the tickets, the keyword",
    )
