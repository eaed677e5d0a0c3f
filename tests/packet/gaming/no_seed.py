"""Evidence without a seed, so that none can be wrong."""

from __future__ import annotations

from pathlib import Path

from ._tools import envelope

EXPECTED = "EVD-04"
ALSO = ("EVL-02", "THR-04")


def cheat(packet: Path) -> None:
    envelope(packet, "E-CAND", lambda stored: stored.pop("seed"), register=True)
