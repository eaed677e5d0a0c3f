"""Right answers in the raw rows; the envelope stays."""

from __future__ import annotations

from pathlib import Path

from ._tools import all_right, rows

EXPECTED = "EVD-02"
ALSO = ("EVL-02",)
FORGERY = True


def cheat(packet: Path) -> None:
    rows(packet, "E-CAND", all_right)
