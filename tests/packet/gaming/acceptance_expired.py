"""An acceptance from last year."""

from __future__ import annotations

from pathlib import Path

from ._tools import fields

EXPECTED = "RRG-05"


def cheat(packet: Path) -> None:
    fields(
        packet,
        risks=[{"id": "R-INJECTION", "severity": 4, "acceptance": {"role": "EXEC", "expires": "2026-01-31"}}],
    )
