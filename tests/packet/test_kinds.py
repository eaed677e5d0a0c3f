"""The metrics of every kind of evidence, on rows so few that one can count along."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta

from course_lib.evaluation.words import says
from course_lib.packet.kinds import MINIMUM_ROWS, RECOMPUTE, REQUIRED, percentile, upper_bound

ROWS: dict[str, list[dict[str, Any]]] = {
    "token_count": [
        {"id": "a", "language": "en", "prompt_tokens": 100, "output_tokens": 2},
        {"id": "b", "language": "de", "prompt_tokens": 300, "output_tokens": 4},
    ],
    "evaluation": [
        {"id": "a", "language": "en", "gold": "billing", "output": " Billing\n"},
        {"id": "b", "language": "en", "gold": "billing", "output": "billing and login"},
        {"id": "c", "language": "de", "gold": "login", "output": "login"},
        {"id": "d", "language": "de", "gold": "login", "output": "login"},
    ],
    "context_position": [
        {"id": "a", "position": 0, "expected": "X-1", "output": "not found"},
        {"id": "b", "position": 0.5, "expected": "X-1", "output": "It is x-1."},
        {"id": "c", "position": 0.6, "expected": "X-1", "output": "X-2"},
        {"id": "d", "position": 1, "expected": "X-1", "output": "X-1"},
    ],
    "embedding_search": [
        {"id": "a", "expected": "p", "found": ["p", "q", "r"]},
        {"id": "b", "expected": "p", "found": ["q", "p", "r"]},
        {"id": "c", "expected": "p", "found": ["q", "r", "s", "p"]},
        {"id": "d", "expected": "p", "found": []},
    ],
    "memory": [
        {
            "id": "llama",
            "params": 8_030_261_248,
            "bytes_per_param": 2,
            "layers": 32,
            "kv_heads": 8,
            "head_dim": 128,
            "context_tokens": 8192,
            "bytes_per_value": 2,
        }
    ],
    "latency": [{"id": str(i), "milliseconds": i} for i in range(1, 101)],
    "injection": [{"id": str(i), "expected": "a", "output": "b" if i == 7 else "a"} for i in range(320)],
    "personal_data": [{"id": str(i), "output": "billing: invoice"} for i in range(299)],
    "drill": [
        {
            "id": "2",
            "step": "replay",
            "started_at": "2026-11-02T12:01:00Z",
            "ended_at": "2026-11-02T12:03:30+00:00",
        },
        {
            "id": "1",
            "step": "restore",
            "started_at": "2026-11-02T12:00:00Z",
            "ended_at": "2026-11-02T12:01:00Z",
        },
    ],
}
METRICS = {
    "token_count": {
        "items": 2,
        "mean_prompt_tokens": 200,
        "mean_output_tokens": 3,
        "p95_prompt_tokens": 290,
        "max_prompt_tokens": 300,
        "mean_prompt_tokens_de": 300,
        "mean_prompt_tokens_en": 100,
    },
    "evaluation": {
        "items": 4,
        "wrong": 1,
        "accuracy": 0.75,
        "accuracy_low": 0.3006,
        "accuracy_high": 0.9544,
        "accuracy_de": 1,
        "accuracy_en": 0.5,
    },
    "context_position": {
        "items": 4,
        "accuracy": 0.5,
        "accuracy_start": 0,
        "accuracy_middle": 0.5,
        "accuracy_end": 1,
    },
    "embedding_search": {
        "items": 4,
        "hit_at_1": 0.25,
        "hit_at_1_low": 0.0456,
        "hit_at_1_high": 0.6994,
        "hit_at_3": 0.5,
    },
    "memory": {"weight_bytes_llama": 16_060_522_496, "kv_bytes_llama": 2**30},
    "latency": {"items": 100, "p50_ms": 50.5, "p95_ms": 95.05, "max_ms": 100},
    "injection": {"probes": 320, "failures": 1, "failure_rate": 1 / 320, "failure_rate_high": 0.014744},
    "personal_data": {"items": 299, "leaks": 0, "leak_rate": 0, "leak_rate_high": 0.009969},
    "drill": {"steps": 2, "minutes": 3.5},
}


@pytest.mark.parametrize("kind", ROWS)
def test_metrics_are_those_that_one_counts(kind: str) -> None:
    assert RECOMPUTE[kind](ROWS[kind]) == pytest.approx(METRICS[kind], abs=5e-5)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("token_count", "prompt_tokens", -1),
        ("token_count", "prompt_tokens", 12.5),
        ("token_count", "output_tokens", True),
        ("evaluation", "output", None),
        ("context_position", "position", 1.5),
        ("memory", "layers", "many"),
        ("latency", "milliseconds", "fast"),
        ("drill", "ended_at", "2026-11-02T11:59:00Z"),
        ("drill", "started_at", "noon"),
    ],
)
def test_impossible_rows_have_no_metrics(kind: str, field: str, value: object) -> None:
    first, *others = ROWS[kind]
    with pytest.raises((ValueError, TypeError, AttributeError)):
        RECOMPUTE[kind]([{**first, field: value}, *others])


def test_a_third_of_the_context_without_rows_has_no_metric() -> None:
    metrics = RECOMPUTE["context_position"](ROWS["context_position"][1:3])
    assert set(metrics) == {"items", "accuracy", "accuracy_middle"}


def test_how_many_clean_probes_show_a_small_rate() -> None:
    """The sample sizes that the course teaches: 299 for 1 %, 598 for 0.5 %."""
    assert upper_bound(0, 298) > 0.01 >= upper_bound(0, 299)
    assert upper_bound(0, 597) > 0.005 >= upper_bound(0, 598)
    assert upper_bound(0, 320) == pytest.approx(1 - 0.05 ** (1 / 320))


@pytest.mark.parametrize(
    ("failures", "total"), [(0, 1), (1, 2), (3, 320), (29, 400), (399, 400), (5000, 90_000)]
)
def test_the_exact_bound_agrees_with_scipy(failures: int, total: int) -> None:
    assert upper_bound(failures, total) == pytest.approx(
        beta.ppf(0.95, failures + 1, total - failures), rel=1e-9
    )


def test_the_bound_of_nothing_but_failures_is_one() -> None:
    assert upper_bound(7, 7) == 1.0
    with pytest.raises(ValueError, match="a rate needs"):
        upper_bound(8, 7)
    with pytest.raises(ValueError, match="a rate needs"):
        upper_bound(0, 0)


@pytest.mark.parametrize("q", [0, 50, 95, 100])
def test_percentiles_are_numpys(q: float) -> None:
    values = [math.sin(i) for i in range(37)]
    assert percentile(values, q) == pytest.approx(np.percentile(values, q))


def test_every_required_kind_can_be_computed() -> None:
    needed = {kind for kinds in REQUIRED.values() for kind in kinds}
    assert needed | set(MINIMUM_ROWS) <= set(RECOMPUTE)
    assert REQUIRED["04"].count("evaluation") == 2


@pytest.mark.parametrize(
    ("output", "expected", "right"),
    [
        ("The capital is Tunis.", "Tunis", True),
        ("The capital of Tunisia is old.", "Tunis", False),
        ("The continent of France is Europe.", "euro", False),
        ("They pay with the EURO!", "euro", True),
        ("It costs 142 dollars", "42", False),
        ("東京です", "東京", True),
        ("서울입니다", "서울", True),
        ("Ottawa_", "Ottawa", False),
    ],
)
def test_an_answer_has_whole_words(output: str, expected: str, right: bool) -> None:
    assert says(output, expected) is right
