"""N/A in the place of six answers."""

from __future__ import annotations

import re
from pathlib import Path

EXPECTED = "STR-05"
ALSO = ("OVS-01",)


def cheat(packet: Path) -> None:
    reason = "{na: true, because: this does not apply to a small internal tool}"
    text = (packet / "packet.yaml").read_text()
    for name in ("masked ticket text", "keyword rules v1", "our own team"):
        text = text.replace(f": {name}\n", f": {reason}\n")
    for name in ("qualification", "stop_condition", "communication", "post_review", "deletion_path"):
        text = re.sub(rf"^  (  )?{name}: .*$", rf"  \g<1>{name}: {reason}", text, flags=re.MULTILINE)
    (packet / "packet.yaml").write_text(text)
