"""The cheaper one of two prices for one model."""

from __future__ import annotations

from pathlib import Path

from ._tools import fields

EXPECTED = "CLM-04"


def cheat(packet: Path) -> None:
    fields(
        packet,
        claims=[
            {
                "id": "C-CHEAP",
                "kind": "price",
                "subject": "Example Small 1",
                "statement": "A better price for the same model.",
                "source_url": "https://example.com/offer",
                "source_type": "primary",
                "as_of": "2026-11-01",
                "input_per_mtok": 0.01,
                "output_per_mtok": 0.04,
                "tokenizer": "course-gpt-tokenizer",
                "tier_max_prompt_tokens": 100000,
            }
        ],
        cost_model={"price_claim": "C-CHEAP", "model_cost_month_usd": 0.15, "total_month_usd": 4980.15},
    )
