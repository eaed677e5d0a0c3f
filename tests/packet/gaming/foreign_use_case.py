"""Evidence that was measured for another use case."""

from __future__ import annotations

from pathlib import Path

from ._tools import envelope

EXPECTED = "EVD-03"
FORGERY = True


def cheat(packet: Path) -> None:
    envelope(packet, "E-CAND", lambda stored: stored.update(use_case="contract-clauses"), register=True)
