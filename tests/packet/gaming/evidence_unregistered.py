"""The bad measurement is taken out of the packet with its threshold's result."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = ("EVD-06", "EVL-01")


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    text = re.sub(r"  - id: E-INJ\n(    .*\n)+", "", text)
    text = re.sub(r"    - threshold: T-INJ\n(      .*\n)+", "", text)
    (packet / "packet.yaml").write_text(
        text.replace("{{E-INJ#failures:.0f}} of {{E-INJ#probes:.0f}} attempts", "no attempt")
    )
