"""A new id for a weaker threshold."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace, substitute

EXPECTED = "THR-02"
ALSO = ("THR-03",)


def cheat(packet: Path) -> None:
    substitute(packet, "T-INJ", "T-ATTACK")
    replace(packet, "value: 0.02", "value: 0.05")
