"""Evidence of a newer schema, which an old checker might wave through."""

from __future__ import annotations

from pathlib import Path

from ._tools import envelope

EXPECTED = "EVD-04"


def cheat(packet: Path) -> None:
    envelope(packet, "E-CAND", lambda stored: stored.update(schema="course-evidence/2"), register=True)
