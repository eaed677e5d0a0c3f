"""A better accuracy, typed into the envelope, whose new hash is registered."""

from __future__ import annotations

from pathlib import Path

from ._tools import envelope

EXPECTED = "EVD-02"
FORGERY = True


def cheat(packet: Path) -> None:
    envelope(packet, "E-CAND", lambda stored: stored["metrics"].update(accuracy=0.99), register=True)
