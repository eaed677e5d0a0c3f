"""A tag that runs code in a careless loader."""

from __future__ import annotations

from pathlib import Path

from ._tools import REFUSED, replace

EXPECTED = REFUSED


def cheat(packet: Path) -> None:
    replace(packet, "provider: our own team", 'provider: !!python/object/apply:os.system ["true"]')
