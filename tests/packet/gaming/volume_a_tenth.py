"""A tenth of the volume in the cost model."""

from __future__ import annotations

from pathlib import Path

EXPECTED = "CST-02"
ALSO = ("CST-01", "CST-05", "CST-06")


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    head, _, tail = text.rpartition("requests_per_month: 36000")
    (packet / "packet.yaml").write_text(f"{head}requests_per_month: 3600{tail}")
