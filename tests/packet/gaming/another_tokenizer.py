"""A price for tokens that are longer than the counted ones."""

from __future__ import annotations

from pathlib import Path

from ._tools import replace

EXPECTED = "CST-03"


def cheat(packet: Path) -> None:
    replace(
        packet, "    tokenizer: course-gpt-tokenizer\n    tier", "    tokenizer: vendor-tokenizer-9\n    tier"
    )
