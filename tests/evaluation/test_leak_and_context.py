"""A leak test sees what looks ahead and is blind to nothing; a context table has the arithmetic right."""

from __future__ import annotations

import pytest
import torch

from course_lib.evaluation.context_cost import measure_context, score_bytes
from course_lib.evaluation.leak import leak_test
from course_lib.models.gpt import GPT, GPTConfig

CONFIG = GPTConfig(vocab_size=11, context=16, n_layer=2, n_head=2, n_embd=8, bias=False)
IDS = torch.arange(8)[None] % 11


def sums(ids: torch.Tensor) -> torch.Tensor:
    """A score that knows the past only."""
    return ids.cumsum(1)[..., None].float()


def test_a_causal_model_is_clean() -> None:
    model = GPT(CONFIG, torch.Generator().manual_seed(0))
    found = leak_test(lambda ids: model(ids).logits, IDS, 11)
    assert found.is_clean()
    assert found.largest == 0
    assert found.control > 0.01


def test_a_model_that_looks_ahead_is_found_and_where() -> None:
    found = leak_test(lambda ids: sums(ids).roll(-1, 1), IDS, 11, cut=5)
    assert not found.is_clean()
    assert found.by_place[:4] == [0, 0, 0, 0]
    assert found.by_place[4] > 0


def test_a_test_that_could_see_nothing_is_not_clean() -> None:
    assert not leak_test(lambda ids: 0 * sums(ids), IDS, 11).is_clean()


def test_the_seed_decides_and_ids_stay() -> None:
    ids = IDS.clone()
    one, again, other = (leak_test(sums, ids, 11, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one.control != other.control
    assert torch.equal(ids, IDS)


@pytest.mark.parametrize("cut", [0, 8, -1])
def test_a_cut_with_nothing_on_one_side_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        leak_test(sums, IDS, 11, cut=cut)


def test_what_a_context_costs() -> None:
    model = GPT(CONFIG, torch.Generator().manual_seed(0))
    table = measure_context(model, [4, 15], seed=0, runs=2)
    assert [row.cache_bytes for row in table.rows] == [2 * 2 * 8 * 4 * 4, 2 * 2 * 8 * 15 * 4]
    assert [row.map_bytes for row in table.rows] == [2 * 16 * 4, 2 * 225 * 4]
    assert all(row.next_cached_s > 0 and row.speedup > 0 for row in table.rows)
    assert str(table).count("\n") == 1
    assert score_bytes(CONFIG, 3, torch.float16) == 36
    with pytest.raises(ValueError, match="expected 1 to 15"):
        measure_context(model, [16])
