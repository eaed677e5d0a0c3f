"""Nobody watches the cost."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = "MON-01"


def drop_cost(text: str) -> str:
    head, _, tail = text.partition("\nmonitoring:\n")
    return f"{head}\nmonitoring:\n" + re.sub(r"  - dimension: cost\n(    .*\n)+", "", tail)


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    (packet / "packet.yaml").write_text(
        re.sub(r"  - dimension: cost\n(    .*\n){7}", "", text, count=1) if False else drop_cost(text)
    )
