"""An alternative that is simply bad."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "DEC-02"


def cheat(packet: Path) -> None:
    replace(
        packet,
        "They are right for {{E-BASE#accuracy:.1%}} only, and one word fools them.",
        "They are simply bad, and one word fools them.",
    )
