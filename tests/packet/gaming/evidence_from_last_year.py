"""Last year's evidence under this year's packet."""

from __future__ import annotations

from pathlib import Path

from ._tools import envelope

EXPECTED = "EVD-05"
ALSO = ("THR-02",)


def cheat(packet: Path) -> None:
    envelope(packet, "E-CAND", lambda stored: stored.update(created_at="2025-11-02T12:00:00Z"), register=True)
