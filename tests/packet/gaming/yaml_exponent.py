"""A volume so large that every request is free."""

from __future__ import annotations

from pathlib import Path

from ._tools import substitute

EXPECTED = ("USE-01", "STR-00")
ALSO = ("CST-01", "CST-02", "CST-05", "CST-06", "STR-01", "PRS-01", "USE-02")


def cheat(packet: Path) -> None:
    substitute(packet, "requests_per_month: 36000", "requests_per_month: 1e21")
