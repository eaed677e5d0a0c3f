"""Fixed costs below nothing pay for the rest."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "STR-00"
ALSO = ("CST-05",)


def cheat(packet: Path) -> None:
    replace(packet, "fixed_month_usd: 120", "fixed_month_usd: -4000")
    replace(packet, "total_month_usd: 4981.51", "total_month_usd: 861.51")
