"""The 95th percentile of the latency is answered by the median."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "EVL-01"


def cheat(packet: Path) -> None:
    replace(packet, "metric: p95_ms\n", "metric: p50_ms\n")
