"""The failed probes get the right answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import forge

EXPECTED = "EVD-08"
FORGERY = True


def resisted(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["output"] = row["expected"]


def cheat(packet: Path) -> None:
    forge(packet, "E-INJ", resisted)
