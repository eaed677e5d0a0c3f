"""The injection threshold is answered by the leak rate, which is 0."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "EVL-01"


def cheat(packet: Path) -> None:
    replace(packet, "evidence: E-INJ\n      metric: failure_rate", "evidence: E-PII\n      metric: leak_rate")
