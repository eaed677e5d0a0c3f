"""Wrong rows are replaced by right ones that the seed does not draw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from course_lib.packet.cases import SYSTEMS, get_case

from ._tools import fields, forge, right_row

EXPECTED = "EVD-07"
ALSO = ("THR-04",)
FORGERY = True


def swap(rows: list[dict[str, Any]]) -> None:
    case, system = get_case("ticket-triage@v1"), SYSTEMS["nearest-examples@v1"]
    drawn = {row["id"] for row in rows}
    others = [
        item for item in case.locked if item.id not in drawn and system.answer(case, item.text) == item.gold
    ]
    for place, row in enumerate(rows):
        if row["output"] != row["gold"]:
            item = others.pop()
            rows[place] = right_row(case, item)


def cheat(packet: Path) -> None:
    forge(packet, "E-CAND", swap)
    fields(packet, evaluation={"failures_total": 0, "failures": []})
