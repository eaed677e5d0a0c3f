"""Texts that the system has learnt from in place of locked ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from course_lib.packet.cases import get_case

from ._tools import fields, forge, right_row

EXPECTED = "EVD-07"
ALSO = ("THR-04", "EVL-02")
FORGERY = True


def learnt(rows: list[dict[str, Any]]) -> None:
    case = get_case("ticket-triage@v1")
    for place, item in enumerate(case.examples[: len(rows)]):
        rows[place] = right_row(case, item)


def cheat(packet: Path) -> None:
    forge(packet, "E-CAND", learnt)
    fields(packet, evaluation={"failures_total": 0, "failures": []})
