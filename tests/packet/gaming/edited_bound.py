"""A lower bound that clears the threshold, typed in and registered."""

from __future__ import annotations

from pathlib import Path

from ._tools import envelope

EXPECTED = "EVD-02"
FORGERY = True


def cheat(packet: Path) -> None:
    envelope(packet, "E-INJ", lambda stored: stored["metrics"].update(failure_rate_high=0.01), register=True)
