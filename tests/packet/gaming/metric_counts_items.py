"""The quality threshold is answered by the number of items."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = ("THR-04", "EVL-01")


def cheat(packet: Path) -> None:
    replace(packet, "metric: accuracy\n", "metric: items\n")
