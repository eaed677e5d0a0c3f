"""The risk register does not apply."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = ("STR-05", "RRG-01")
ALSO = ("PRS-02", "STR-01")


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    text = re.sub(
        r"(?m)^risks:\n(^  .*\n)+",
        "risks: {na: true, because: it is only an internal tool, nothing can go wrong}\n",
        text,
    )
    (packet / "packet.yaml").write_text(text)
