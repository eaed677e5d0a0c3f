"""An alert that fires once the threshold is broken."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "MON-02"


def cheat(packet: Path) -> None:
    replace(packet, "alert_value: 0.86", "alert_value: 0.5")
