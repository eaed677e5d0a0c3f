"""Right answers, and metrics that follow from them; the packet's hash stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import forge

EXPECTED = ("EVD-01", "EVD-07")
ALSO = ("EVL-02",)
FORGERY = True


def all_right(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["output"] = row["gold"]


def cheat(packet: Path) -> None:
    registered = (packet / "packet.yaml").read_text()
    forge(packet, "E-CAND", all_right)
    (packet / "packet.yaml").write_text(registered)
