"""A price that somebody reported."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "CLM-03"


def cheat(packet: Path) -> None:
    replace(
        packet,
        "source_url: https://example.com/prices\n    source_type: primary",
        "source_url: https://blog.example.com/p\n    source_type: secondary",
    )
