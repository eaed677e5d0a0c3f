"""A failure that nobody does anything about."""

from __future__ import annotations

from pathlib import Path

EXPECTED = "EVL-01"


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    (packet / "packet.yaml").write_text(
        text.replace("      remediation: show the second choice beside the first\n", "", 1)
    )
