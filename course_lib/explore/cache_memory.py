"""What a model needs in memory: while it trains, while it writes, and per token of a conversation (lesson 04)."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import torch

from course_lib.evaluation.memory import activation_bytes, kv_cache_bytes, parameter_count
from course_lib.explore.figure import (
    BLUE,
    GREY,
    ORANGE,
    RED,
    SKY,
    Finding,
    Picture,
    mark_guess,
    new_figure,
    plain_ticks,
)
from course_lib.explore.live import following
from course_lib.generation.decode import generate
from course_lib.models.gpt import GPTConfig

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from course_lib.models.gpt import GPT, KVCache

UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


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


def written(size: float) -> str:
    """Write bytes as people read them, such as "1.07 GB" (10^9)."""
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size:.0f} bytes"


def memory_of_training(config: GPTConfig, rows: int, tokens: int) -> Finding:
    """Find how many times the memory of its weights a model needs while it trains with AdamW in float32.

    Args:
        rows, tokens: the size of a batch.
    """
    weights = parameter_count(config) * torch.float32.itemsize
    parts = {
        "weights": weights,
        "gradient": weights,
        "two running averages": 2 * weights,
        "intermediate results": activation_bytes(config, rows, tokens),
    }
    whole = sum(parts.values())

    def show(guess: object) -> Picture:
        figure, axis = new_figure(height=2.5)
        looks = ((BLUE, ""), (ORANGE, "//"), (SKY, ".."), (GREY, "xx"))
        done = 0.0
        for (name, size), (colour, hatch) in zip(parts.items(), looks, strict=True):
            axis.barh(
                0, size / weights, left=done, color=colour, hatch=hatch, edgecolor="white",
                label=f"{name}: {written(size)}",
            )  # fmt: skip
            done += size / weights
        axis.set(yticks=[], xlim=(0, done * 1.06), xlabel="times the memory of the weights")
        axis.spines["left"].set_visible(False)
        figure.legend(loc="outside upper left", ncols=2)
        plain_ticks(axis.xaxis)
        mark_guess(axis, guess, along="x")
        listed = ", ".join(f"{name} {written(size)}" for name, size in parts.items())
        return Picture(
            figure,
            f"Memory while it trains with {rows} rows of {tokens} tokens: {listed}; {written(whole)} in all.",
            f"In all {written(whole)}, with {rows} rows of {tokens} tokens. Fewer rows make the last part shorter.",
        )

    return Finding("memory of training / memory of the weights", f"{whole / weights:.0f}", show)


def speed_of_cache(model: GPT, ids: Sequence[int], tokens: int = 120, runs: int = 4) -> Finding:
    """Time the writing of `tokens` tokens with and without the KV cache.

    Both are timed in turns and the fastest of `runs` counts, so that other programs on this machine matter less.
    """
    seconds = {True: math.inf, False: math.inf}
    for run in following(range(runs + 1), "writing twice, run"):
        for used in seconds:
            began = time.perf_counter()
            generate(model, ids, tokens, temperature=0, use_cache=used)
            took = time.perf_counter() - began
            if run:  # the first one loads and plans
                seconds[used] = min(seconds[used], took)
    fast, slow = tokens / seconds[True], tokens / seconds[False]
    return Finding(
        "speed with the cache / without",
        f"{fast / slow:.1f}",
        says=f"With the cache this machine writes {fast:,.0f} tokens a second, without it {slow:,.0f}, because "
        "everything before is read again for every new token.",
    )


def cache_against_weights(name: str, shape: Mapping[str, float], lengths: Sequence[int]) -> Finding:
    """Find at how many tokens of one conversation a model's cache weighs as much as its weights, both at 2 bytes.

    Args:
        shape: as for `bytes_per_token`, with `params_b` in billions and `context_tokens`.
    """
    weights = 2e9 * shape["params_b"]
    equal, window = weights / bytes_per_token(shape), int(shape["context_tokens"])
    return Finding(
        "tokens at which cache = weights",
        f"{equal:,.0f}",
        lambda guess: draw_cache(name, shape, lengths, window, guess),
        f"That is {equal / window:.0f} conversations, each as long as the published window of {window:,} tokens. "
        "Every user who is in a conversation needs a cache; the weights are there once.",
    )


def draw_cache(
    name: str,
    shape: Mapping[str, float],
    lengths: Sequence[int],
    marked: int | None = None,
    guess: object = None,
) -> Picture:
    """Draw cache size over tokens, with and without grouped heads, beside the weights at 2 bytes, in GB (10^9).

    Args:
        shape: as for `bytes_per_token`, with `params_b` in billions.
        marked: a context length to mark, such as the one that the model was published with.
        guess: what the reader guessed as the tokens at which cache and weights are equal.
    """
    weights = 2 * shape["params_b"]  # GB
    grouped, ungrouped = bytes_per_token(shape), bytes_per_token(shape, grouped=False)
    figure, axis = new_figure(height=3.8)
    for per_token, colour, style, label in (
        (ungrouped, RED, "s--", f"if all {shape['heads']:.0f} heads were counted (a mistake)"),
        (grouped, BLUE, "o-", f"cache of its {shape['kv_heads']:.0f} key-value heads"),
    ):
        axis.plot(
            lengths, [per_token * n / 1e9 for n in lengths], style, color=colour, label=label, markersize=5
        )
    axis.axhline(weights, color=GREY, linestyle=":", label=f"weights: {weights:.2f} GB")
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    if marked is not None:
        axis.axvline(marked, color=GREY, linewidth=0.8)
        label = f"published with {marked:,}"
        axis.text(marked * 1.05, 0.03, label, color=GREY, fontsize=9, transform=axis.get_xaxis_transform())
    axis.set_xticks(list(lengths)[::2], [f"{n:,}" for n in lengths][::2])
    axis.minorticks_off()
    plain_ticks(axis.yaxis, unit=" GB")
    axis.set(xlabel="tokens in open conversations, all together")
    figure.legend(loc="outside upper left", title=name, alignment="left")
    mark_guess(axis, guess, along="x")
    equal = weights * 1e9 / grouped
    return Picture(
        figure,
        f"{name}: {grouped / 1024:.0f} KiB of cache per token. {lengths[-1]:,} tokens take "
        f"{grouped * lengths[-1] / 1e9:.1f} GB beside weights of {weights:.2f} GB; counting all heads would say "
        f"{ungrouped * lengths[-1] / 1e9:.1f} GB. Cache and weights are equal at {equal:,.0f} tokens.",
        "Both axes are logarithmic: each step to the right doubles the tokens.",
    )
