"""Evidence of a kind that nobody recomputes."""

from __future__ import annotations

from pathlib import Path

from ._tools import envelope

EXPECTED = "EVD-04"
ALSO = ("EVD-03", "THR-04", "EVL-01", "EVL-02")


def cheat(packet: Path) -> None:
    envelope(
        packet,
        "E-CAND",
        lambda stored: stored.update(kind="vibes", metrics={"accuracy": 0.99}),
        register=True,
    )
