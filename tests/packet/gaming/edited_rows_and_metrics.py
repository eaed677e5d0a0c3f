"""Right answers, and metrics that follow from them; the packet's hash stays."""

from __future__ import annotations

from pathlib import Path

from ._tools import all_right, forge

EXPECTED = ("EVD-01", "EVD-07")
ALSO = ("EVL-02",)
FORGERY = True


def cheat(packet: Path) -> None:
    registered = (packet / "packet.yaml").read_text()
    forge(packet, "E-CAND", all_right)
    (packet / "packet.yaml").write_text(registered)
