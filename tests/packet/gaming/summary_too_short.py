"""A summary that says nothing."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = "PRS-02"


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    (packet / "packet.yaml").write_text(
        re.sub(
            r"(?m)^summary: .*$",
            "summary: All is well, DEC-MODEL works and R-INJECTION is under control.",
            text,
        )
    )
