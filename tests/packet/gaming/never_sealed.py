"""No seal at all: nobody can say when the thresholds were set."""

from __future__ import annotations

from pathlib import Path

from course_lib.packet.load import update_packet

EXPECTED = "THR-02"


def cheat(packet: Path) -> None:
    (packet / "packet.lock.json").unlink()
    update_packet(packet, {"meta": {"prev_lock": None}})
