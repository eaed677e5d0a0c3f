"""A blocking threshold becomes minor after the seal."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "THR-02"


def cheat(packet: Path) -> None:
    replace(
        packet,
        "value: 0.85\n    unit: share\n    severity: blocking",
        "value: 0.85\n    unit: share\n    severity: minor",
    )
