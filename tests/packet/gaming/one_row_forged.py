"""One wrong answer made right, with every hash made to fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import forge

EXPECTED = "EVD-07"
ALSO = ("EVL-02",)
FORGERY = True


def one_right(rows: list[dict[str, Any]]) -> None:
    row = next(row for row in rows if row["output"] != row["gold"])
    row["output"] = row["gold"]


def cheat(packet: Path) -> None:
    forge(packet, "E-CAND", one_right)
