"""N/A with a reason that says nothing."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "STR-05"


def cheat(packet: Path) -> None:
    replace(
        packet,
        "data_sent: masked ticket text",
        "data_sent: {na: true, because: because because because because}",
    )
