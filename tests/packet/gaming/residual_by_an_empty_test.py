"""A mitigation test that nothing can fail."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "RRG-03"


def cheat(packet: Path) -> None:
    replace(
        packet,
        "metric: leak_rate\n      op: <=\n      value: 0.01",
        "metric: leak_rate\n      op: <=\n      value: 1",
    )
