"""A rollback that starts by a number that nobody sees."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "RBK-01"


def cheat(packet: Path) -> None:
    replace(
        packet, "trigger:\n    metric: share of accepted suggestions", "trigger:\n    metric: user happiness"
    )
