"""The outputs of a system that always says the same, under the name of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import forge

EXPECTED = "THR-04"
ALSO = ("EVL-02", "GATE-01")


def majority(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["output"] = "billing"


def cheat(packet: Path) -> None:
    forge(packet, "E-CAND", majority, system="my-model@v1")
