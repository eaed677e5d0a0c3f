"""The threshold is answered by the accuracy of the best language."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "EVL-01"


def cheat(packet: Path) -> None:
    replace(packet, "metric: accuracy\n", "metric: accuracy_en\n")
