"""An area that nobody mentions."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = "CTL-01"


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    (packet / "packet.yaml").write_text(re.sub(r"  - id: CTL-INPUT-FILTERING\n(    .*\n)+", "", text))
