"""All risks are equally small."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = "RRG-04"
ALSO = ("PRS-02", "RRG-03")


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    head, risks, tail = text.partition("\nrisks:")
    risks = re.sub(r"\n    (severity|likelihood): \d", r"\n    \1: 2", risks + tail)
    (packet / "packet.yaml").write_text(head + risks)
