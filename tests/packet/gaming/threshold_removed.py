"""The threshold that is not met goes away."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = "THR-02"
ALSO = ("THR-01", "MON-01")


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    text = re.sub(r"  - id: T-INJ\n(    .*\n)+", "", text, count=1)
    text = re.sub(r"    - threshold: T-INJ\n(      .*\n)+", "", text)
    text = re.sub(r"  - dimension: security\n(    .*\n)+", "", text)
    (packet / "packet.yaml").write_text(text)
