"""The right answers are changed to what the system said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import fields, forge

EXPECTED = "EVD-07"
FORGERY = True


def gold_is_output(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["gold"] = row["output"]


def cheat(packet: Path) -> None:
    forge(packet, "E-CAND", gold_is_output)
    fields(packet, evaluation={"failures_total": 0, "failures": []})
