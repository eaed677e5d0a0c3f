"""People's time costs nothing if it is not mentioned."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = ("OVS-01",)
ALSO = ("PRS-01", "PRS-03")


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    reason = "{na: true, because: agents look at tickets anyway as part of their work}"
    text = re.sub(r"  human_review:\n(    .*\n)+", f"  human_review: {reason}\n", text)
    (packet / "packet.yaml").write_text(text.replace("total_month_usd: 4981.51", "total_month_usd: 121.51"))
