"""One harmless risk, repeated by alias."""

from __future__ import annotations

from pathlib import Path

from ._tools import REFUSED, replace

EXPECTED = REFUSED


def cheat(packet: Path) -> None:
    replace(packet, "  - id: R-DRIFT", "  - *risk\n  - &risk\n    id: R-DRIFT")
