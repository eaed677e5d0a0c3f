"""The wrong rows are taken out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import fields, forge

EXPECTED = ("EVD-06", "EVD-07")
ALSO = ("THR-04",)
FORGERY = True


def keep_right(rows: list[dict[str, Any]]) -> None:
    rows[:] = [row for row in rows if row["output"] == row["gold"]]


def cheat(packet: Path) -> None:
    forge(packet, "E-CAND", keep_right)
    fields(packet, evaluation={"failures_total": 0, "failures": []})
