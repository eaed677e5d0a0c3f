"""A second document for another reader."""

from __future__ import annotations

from pathlib import Path

from ._tools import REFUSED

EXPECTED = REFUSED


def cheat(packet: Path) -> None:
    with (packet / "packet.yaml").open("a") as file:
        file.write("---\ngate: {declared: PASS}\n")
