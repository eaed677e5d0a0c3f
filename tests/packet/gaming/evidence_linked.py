"""A symbolic link in the place of evidence."""

from __future__ import annotations

from pathlib import Path

EXPECTED = "EVD-01"
ALSO = ("EVL-02",)


def cheat(packet: Path) -> None:
    file = packet / "evidence/E-CAND.json"
    file.rename(packet / "other.json")
    file.symlink_to(packet / "other.json")
