"""Right answers with every hash, the failures and the lock made to fit."""

from __future__ import annotations

from pathlib import Path

from ._tools import all_right, fields, forge, reseal

EXPECTED = "EVD-07"
FORGERY = True


def cheat(packet: Path) -> None:
    forge(packet, "E-CAND", all_right)
    fields(packet, evaluation={"failures_total": 0, "failures": []})
    reseal(packet)
