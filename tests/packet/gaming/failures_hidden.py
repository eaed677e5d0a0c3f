"""No failures, says the packet."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = "EVL-02"


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    text = re.sub(r"  failures:\n(    .*\n)+", "", text)
    (packet / "packet.yaml").write_text(re.sub(r"failures_total: \d+", "failures_total: 0", text))
