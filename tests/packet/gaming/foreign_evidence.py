"""The evidence of another learner, registered as one's own."""

from __future__ import annotations

from pathlib import Path

from ._tools import envelope

EXPECTED = "EVD-03"
FORGERY = True


def cheat(packet: Path) -> None:
    envelope(packet, "E-CAND", lambda stored: stored.update(learner="learner-b"), register=True)
