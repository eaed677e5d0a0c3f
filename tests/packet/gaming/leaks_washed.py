"""Outputs without reasons, so that nothing can leak."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import forge

EXPECTED = "EVD-07"
FORGERY = True


def silent(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["output"] = "login"


def cheat(packet: Path) -> None:
    forge(packet, "E-PII", silent)
