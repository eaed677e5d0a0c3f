"""A packet of 100 MB."""

from __future__ import annotations

from pathlib import Path

from ._tools import REFUSED

EXPECTED = REFUSED


def cheat(packet: Path) -> None:
    with (packet / "packet.yaml").open("r+b") as file:
        file.truncate(100 * 1024 * 1024)
