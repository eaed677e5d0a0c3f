"""Half of the tokens, to make the month cheaper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._tools import forge

EXPECTED = "EVD-07"
ALSO = ("CST-01", "PRS-01")
FORGERY = True


def halved(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["prompt_tokens"] //= 2


def cheat(packet: Path) -> None:
    forge(packet, "E-TOK", halved)
