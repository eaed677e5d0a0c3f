"""A month of tokens off by a thousand."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "CST-01"
ALSO = ("PRS-01",)


def cheat(packet: Path) -> None:
    replace(packet, "model_cost_month_usd: 1.51", "model_cost_month_usd: 0.00151")
