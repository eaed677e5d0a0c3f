"""A baseline that answers at random, so that the candidate shines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import forge

EXPECTED = "EVD-07"
FORGERY = True


def worse(rows: list[dict[str, Any]]) -> None:
    for row in rows[::2]:
        row["output"] = "billing"


def cheat(packet: Path) -> None:
    forge(packet, "E-BASE", worse)
