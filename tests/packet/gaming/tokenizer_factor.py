"""A factor that makes tokens cheap."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "CST-03"
ALSO = ("CST-01",)


def cheat(packet: Path) -> None:
    replace(packet, "tokenizer_factor: 1", "tokenizer_factor: 0.01")
