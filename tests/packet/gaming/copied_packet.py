"""A classmate's packet under one's own pseudonym."""

from __future__ import annotations

from pathlib import Path

from ._tools import substitute

EXPECTED = "EVD-03"
FORGERY = True


def cheat(packet: Path) -> None:
    substitute(packet, "learner_id: learner-a", "learner_id: learner-z")
