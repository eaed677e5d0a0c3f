"""The threshold is answered by the upper end of the interval."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "EVL-01"


def cheat(packet: Path) -> None:
    replace(packet, "metric: accuracy\n", "metric: accuracy_high\n")
