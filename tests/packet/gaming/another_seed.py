"""A seed that draws friendlier rows, with the right answers to them."""

from __future__ import annotations

from pathlib import Path

from course_lib.packet.cases import get_case
from course_lib.packet.cases.rows import evaluation_rows

from ._tools import forge

EXPECTED = "EVD-03"
ALSO = ("THR-04", "EVL-02")
FORGERY = True


def cheat(packet: Path) -> None:
    case = get_case("ticket-triage@v1")
    forge(
        packet,
        "E-CAND",
        lambda rows: rows.__setitem__(slice(None), evaluation_rows(case, 7, 400, "nearest-examples@v1")),
        seed=7,
    )
