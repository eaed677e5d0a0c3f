"""A high risk accepted by the team itself."""

from __future__ import annotations

from pathlib import Path

from ._tools import fields

EXPECTED = ("STR-06",)
ALSO = ("RRG-05",)


def cheat(packet: Path) -> None:
    fields(
        packet,
        risks=[{"id": "R-INJECTION", "severity": 4, "acceptance": {"role": "DEV", "expires": "2027-01-31"}}],
    )
