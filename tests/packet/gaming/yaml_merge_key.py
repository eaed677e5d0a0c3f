"""A merge key that brings fields in from elsewhere."""

from __future__ import annotations

from pathlib import Path

from ._tools import REFUSED, replace

EXPECTED = REFUSED


def cheat(packet: Path) -> None:
    replace(packet, "gate:\n", "base: &base {declared: PASS}\ngate:\n  <<: *base\n")
