"""Two risks."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = "RRG-01"
ALSO = ("RRG-04",)


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    text = re.sub(r"  - id: R-(SUPPLY|AGENCY|DRIFT|DISCLOSURE)\n(    .*\n)+", "", text)
    (packet / "packet.yaml").write_text(text)
