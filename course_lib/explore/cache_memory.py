"""The KV cache against the length of the context, beside the weights (lesson 04, part 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from course_lib.evaluation.memory import kv_cache_bytes
from course_lib.explore.figure import BLUE, GREY, RED, Picture, new_figure
from course_lib.models.gpt import GPTConfig

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from course_lib.models.gpt import KVCache


def cache_bytes(cache: KVCache) -> int:
    """Return the bytes that a real cache holds, counted on its tensors."""
    return cache.keys.nbytes + cache.values.nbytes


def bytes_per_token(shape: Mapping[str, float], grouped: bool = True) -> int:
    """Return the bytes of cache that one token of one conversation takes, at 2 bytes per number.

    Args:
        shape: `layers`, `heads`, `kv_heads` and `head_dim`, as the values of a claim.
        grouped: count the key-value heads; False counts the query heads, a common mistake.
    """
    layers, heads, kv_heads, head_dim = (
        int(shape[name]) for name in ("layers", "heads", "kv_heads", "head_dim")
    )
    config = GPTConfig(
        vocab_size=1, context=1, n_layer=layers, n_head=heads, n_embd=heads * head_dim,
        n_kv_head=kv_heads if grouped else heads,
    )  # fmt: skip
    return kv_cache_bytes(config, 1, dtype=torch.float16)


def draw_cache(
    name: str, shape: Mapping[str, float], lengths: Sequence[int], marked: int | None = None
) -> Picture:
    """Draw cache size over context length, with and without grouped heads, beside the fp16 weights, in GB (10^9).

    Args:
        shape: as for `bytes_per_token`, with `params_b` in billions.
        marked: a context length to mark, such as the one that the model was published with.
    """
    weights = 2 * shape["params_b"]  # GB
    grouped, ungrouped = bytes_per_token(shape), bytes_per_token(shape, grouped=False)
    figure, axis = new_figure(7.0, 3.4)
    for per_token, colour, style, label in (
        (ungrouped, RED, "s--", f"cache if all {shape['heads']:.0f} heads were counted"),
        (grouped, BLUE, "o-", f"cache of its {shape['kv_heads']:.0f} key-value heads"),
    ):
        axis.plot(lengths, [per_token * n / 1e9 for n in lengths], style, color=colour, label=label)
    axis.axhline(weights, color=GREY, linestyle=":", label=f"weights, 2 bytes each: {weights:.2f} GB")
    if marked is not None:
        axis.axvline(marked, color=GREY, linewidth=0.8)
        label = f"published with {marked:,}"
        axis.text(marked * 1.05, 0.03, label, color=GREY, fontsize=8, transform=axis.get_xaxis_transform())
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_xticks(list(lengths), [f"{n // 1024}k" for n in lengths])
    axis.set(xlabel="tokens in the context, one conversation", ylabel="GB (log scale)", title=name)
    axis.legend(frameon=False, fontsize=8)
    equal = weights * 1e9 / grouped
    return Picture(
        figure,
        f"{name}: {grouped / 1024:.0f} KiB of cache per token. One conversation of {lengths[-1]:,} tokens holds "
        f"{grouped * lengths[-1] / 1e9:.1f} GB beside weights of {weights:.2f} GB; counting all heads would say "
        f"{ungrouped * lengths[-1] / 1e9:.1f} GB. Cache and weights are equal at {equal:,.0f} tokens.",
    )
