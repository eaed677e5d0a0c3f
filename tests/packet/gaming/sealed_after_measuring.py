"""The lock is thrown away, the bar lowered to what was measured, and everything sealed anew."""

from __future__ import annotations

from pathlib import Path

from course_lib.packet.load import update_packet
from course_lib.packet.lock import seal_packet

from ._tools import NOON, replace

EXPECTED = "THR-02"


def cheat(packet: Path) -> None:
    replace(packet, 'op: ">="\n    value: 0.85', 'op: ">="\n    value: 0.86')
    (packet / "packet.lock.json").unlink()
    update_packet(packet, {"meta": {"prev_lock": None}})
    seal_packet(packet, "04", now=NOON.replace(hour=13))
