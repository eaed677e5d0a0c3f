"""A decision by taste."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = "DEC-01"


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    head, tail = text.split("    topic: hosting\n")
    (packet / "packet.yaml").write_text(
        head + "    topic: hosting\n" + tail.replace("    evidence: [E-LAT]\n", "", 1)
        if False
        else head + "    topic: hosting\n" + re.sub(r"\n    evidence: \[E-LAT\]", "", tail)
    )
