"""CONDITIONAL without conditions."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = "GATE-02"


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    (packet / "packet.yaml").write_text(re.sub(r"  conditions:\n(    .*\n)+", "", text))
