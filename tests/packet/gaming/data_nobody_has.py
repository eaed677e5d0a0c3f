"""Evidence on data of one's own that nobody can look at."""

from __future__ import annotations

from pathlib import Path

from ._tools import envelope

EXPECTED = "EVD-07"


def cheat(packet: Path) -> None:
    envelope(packet, "E-CAND", lambda stored: stored["inputs"].update(data_id="my-data@v1"), register=True)
