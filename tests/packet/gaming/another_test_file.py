"""Another file than the locked one."""

from __future__ import annotations

from pathlib import Path

from ._tools import envelope

EXPECTED = ("EVD-07", "DAT-02")


def cheat(packet: Path) -> None:
    envelope(packet, "E-CAND", lambda stored: stored["inputs"].update(dataset_sha256="0" * 64), register=True)
