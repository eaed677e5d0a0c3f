"""How surprised a model is by text that it has not seen."""

import math
from collections.abc import Sequence
from numbers import Integral

import torch
import torch.nn.functional as F

from course_lib.models.gpt import GPT


@torch.inference_mode()
def token_loss(model: GPT, ids: Sequence[int], batch_size: int = 16) -> float:
    """Return the mean loss per token, in nats, over a text that may be longer than the context.

    The text is cut into windows of the context's length. Every token but the first is predicted exactly once,
    from what stands before it in its window. Raises ValueError for fewer than two tokens, one that is not in
    the vocabulary, or batch_size < 1.
    """
    if len(ids) < 2 or batch_size < 1:
        raise ValueError(f"{len(ids)} ids, batch_size={batch_size}; expected at least 2 and 1")
    vocab_size = model.config.vocab_size
    for token in ids:
        if not isinstance(token, Integral) or not 0 <= token < vocab_size:
            raise ValueError(f"ids has {token!r}; expected ids from 0 to {vocab_size - 1}")
    context, device = model.config.context, model.embed.weight.device
    text = torch.tensor(list(ids), dtype=torch.long, device=device)
    n_windows = (len(text) - 1) // context
    total = 0.0
    windows = (
        text[: n_windows * context + 1].unfold(0, context + 1, context) if n_windows else text.new_empty(0, 1)
    )
    for batch in [*windows.split(batch_size), text[None, n_windows * context :]]:
        if batch.numel() == 0 or batch.shape[1] < 2:
            continue
        logits = model(batch[:, :-1]).logits  # (B, T, V)
        total += float(F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten(), reduction="sum"))
    return total / (len(text) - 1)


def perplexity(loss: float | int) -> float:
    """Return e^loss: as surprised as by that many equally likely next tokens (loss in nats per token)."""
    return math.exp(loss)


def bits_per_byte(loss: float | int, n_tokens: int, n_bytes: int) -> float:
    """Return the bits that a byte of the text costs: comparable between tokenizers, and with a compressor.

    `loss` in nats per token; `n_tokens` predicted tokens stand for `n_bytes` bytes. Raises ValueError for
    n_bytes < 1.
    """
    if n_bytes < 1:
        raise ValueError(f"n_bytes={n_bytes}; expected at least 1")
    return loss * n_tokens / n_bytes / math.log(2)
