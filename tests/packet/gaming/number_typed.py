"""A better number in the prose than the evidence gives."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "PRS-01"


def cheat(packet: Path) -> None:
    replace(
        packet,
        "it is right for {{E-CAND#accuracy:.1%}} of the tickets, the keyword",
        "it is right for 99 % of the tickets, the keyword",
    )
