"""Everything is fine after mitigation, without a test."""

from __future__ import annotations

from pathlib import Path

EXPECTED = "RRG-03"


def cheat(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    text = text.replace(
        "category: LLM01\n", "category: LLM01\n    residual_severity: 1\n    residual_likelihood: 1\n"
    )
    (packet / "packet.yaml").write_text(text)
