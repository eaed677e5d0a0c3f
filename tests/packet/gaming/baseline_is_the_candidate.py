"""The candidate is compared with itself."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "THR-04"


def cheat(packet: Path) -> None:
    replace(packet, "baseline: E-BASE", "baseline: E-CAND")
