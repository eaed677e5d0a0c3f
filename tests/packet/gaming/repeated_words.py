"""One sentence again and again, to be long enough."""

from __future__ import annotations

from pathlib import Path

from ._tools import fields

EXPECTED = "STR-04"


def cheat(packet: Path) -> None:
    fields(packet, rollback={"target_version": "we test it well " * 6})
