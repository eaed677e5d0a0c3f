"""Right answers with every hash, the failures and the lock made to fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import fields, forge, reseal

EXPECTED = "EVD-07"
FORGERY = True


def all_right(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["output"] = row["gold"]


def cheat(packet: Path) -> None:
    forge(packet, "E-CAND", all_right)
    fields(packet, evaluation={"failures_total": 0, "failures": []})
    reseal(packet)
