"""Rows with right answers twice in place of the wrong ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import fields, forge

EXPECTED = "EVD-07"
ALSO = ("THR-04",)
FORGERY = True


def doubled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    right = [row for row in rows if row["output"] == row["gold"]]
    return (right + right)[: len(rows)]


def cheat(packet: Path) -> None:
    forge(packet, "E-CAND", lambda rows: rows.__setitem__(slice(None), doubled(rows)))
    fields(packet, evaluation={"failures_total": 0, "failures": []})
