"""A tenth of the price, in the claim only."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "CST-01"


def cheat(packet: Path) -> None:
    replace(packet, "output_per_mtok: 0.4", "output_per_mtok: 0.04")
    replace(packet, "input_per_mtok: 0.1\n", "input_per_mtok: 0.01\n")
