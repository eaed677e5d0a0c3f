"""Evidence that does not say on which data it was measured."""

from __future__ import annotations

from pathlib import Path

from ._tools import envelope

EXPECTED = ("EVD-07", "DAT-02")


def cheat(packet: Path) -> None:
    envelope(packet, "E-CAND", lambda stored: stored.update(inputs={}), register=True)
