"""Reviews that give time back."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace, substitute

EXPECTED = "STR-00"
ALSO = ("CST-05", "STR-01", "OVS-01", "PRS-01")


def cheat(packet: Path) -> None:
    substitute(packet, "minutes: 1.5", "minutes: -1.5")
    replace(packet, "cost_month_usd: 4860.0", "cost_month_usd: -4860.0")
    replace(packet, "total_month_usd: 4981.51", "total_month_usd: -4738.49")
