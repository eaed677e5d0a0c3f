"""PASS without anybody's approval."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = "GATE-02"
ALSO = ("GATE-01",)


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    text = re.sub(r"  approvals:\n(    .*\n)+", "", text)
    (packet / "packet.yaml").write_text(text.replace("declared: CONDITIONAL", "declared: PASS"))
