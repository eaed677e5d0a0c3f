"""The worked example's decisions, risks and summary."""

from __future__ import annotations

import re
from pathlib import Path

from course_lib.packet.files import assessments

EXPECTED = "STR-08"
ALSO = ("DEC-03", "RRG-01", "PRS-01", "PRS-02", "PRS-03", "RRG-03", "GATE-01", "STR-03")
FORGERY = True


def section(name: str) -> str:
    return rf"(?m)(^{name}:.*\n(?:(?:  .*|#.*)?\n)+)()"


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    example = assessments("examples/ticket-triage/packet.yaml").read_text()
    for name in ("decisions", "risks"):
        theirs = re.findall(section(name), example)[0][0]
        text = re.sub(section(name), lambda _, new=theirs: new, text)
    (packet / "packet.yaml").write_text(text)
