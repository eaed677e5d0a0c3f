"""The lock says what suits, its hash is left alone."""

from __future__ import annotations

from pathlib import Path

EXPECTED = "LOG-02"
ALSO = ("THR-02",)
FORGERY = True


def cheat(packet: Path) -> None:
    file = packet / "packet.lock.json"
    file.write_text(file.read_text().replace("0.85", "0.6"))
