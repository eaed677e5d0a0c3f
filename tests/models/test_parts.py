"""The parts of lesson 10 are the library's own, behind plain signatures; some can be replaced for a while."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from course_lib.models.gpt import GPT, GPTConfig
from course_lib.models.parts import parts, putting_in

CONFIG = GPTConfig(vocab_size=11, context=8, n_layer=1, n_head=2, n_embd=6, bias=False)


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("lead", [(), (2,), (2, 3)])
def test_attention_is_torchs(lead: tuple[int, ...]) -> None:
    q, k, v = draw(*lead, 3, 4), draw(*lead, 5, 4, seed=1), draw(*lead, 5, 2, seed=2)
    mask = parts.causal_mask(3, 5)
    found = parts.scaled_dot_product_attention(q, k, v, mask)
    assert torch.allclose(
        found, nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask), atol=1e-6
    )


def test_the_last_query_is_the_last_token() -> None:
    assert parts.causal_mask(2, 4).tolist() == [[True, True, True, False], [True] * 4]


def test_a_block_is_the_librarys_and_remembers() -> None:
    model = GPT(CONFIG, torch.Generator().manual_seed(0))
    block = parts.Block(6, 2)
    block.load_state_dict(model.blocks[0].state_dict())
    x = draw(2, 5, 6)
    whole, (keys, _) = block(x)
    assert torch.allclose(whole, model.blocks[0](x)[0])
    assert keys.shape == (2, 2, 5, 3)
    first, past = block(x[:, :3])
    second, present = block(x[:, 3:], past)
    assert torch.allclose(torch.cat([first, second], 1), whole, atol=1e-6)
    assert present[0].shape == keys.shape
    assert past[0].shape == (2, 2, 3, 3)


def test_parts_are_put_in_for_a_while_only() -> None:
    before = parts.causal_mask
    with putting_in(causal_mask=len):
        assert parts.causal_mask is len
    assert parts.causal_mask is before
    with pytest.raises(ValueError, match="'flash' is no part"), putting_in(flash=len):
        pass
