"""A file of 100 MB, to make the checker give up."""

from __future__ import annotations

from pathlib import Path

EXPECTED = "EVD-01"
ALSO = ("EVL-02",)


def cheat(packet: Path) -> None:
    with (packet / "evidence/E-CAND.rows.jsonl").open("r+b") as file:
        file.truncate(100 * 1024 * 1024)
