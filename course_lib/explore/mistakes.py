"""Small experiments behind the beginner mistakes of lesson 02."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING

import torch

from course_lib.explore.first_model import random_rows
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.training.loop import TrainConfig, next_token_loss, train

if TYPE_CHECKING:
    from collections.abc import Sequence

    from course_lib.tokenizers.bpe import BytePairTokenizer


def train_tiny(tokenizer: BytePairTokenizer, documents: Sequence[str], seed: int, steps: int = 200) -> GPT:
    """Train a one-layer GPT on `documents` in a few seconds and return it.

    Raises:
        ValueError: the documents are too short for one training row (32 tokens).
    """
    context, rows = 32, 16
    ids = torch.tensor(tokenizer.encode("\n\n".join(documents)))  # (N,)
    next_batch = random_rows(ids, context, rows)
    generator = torch.Generator().manual_seed(seed)
    shape = GPTConfig(vocab_size=tokenizer.vocab_size, context=context, n_layer=1, n_head=2, n_embd=48)
    model = GPT(shape, generator)
    train(model, next_batch, TrainConfig(steps=steps, lr=1e-2, warmup=10), generator, progress=False)
    return model


@torch.no_grad()
def next_words(model: GPT, tokenizer: BytePairTokenizer, text: str) -> dict[str, float]:
    """Return the probability of each next token after `text`; tokens that differ only in spaces are added up."""
    logits = model(torch.tensor([tokenizer.encode(text)]), last_only=True).logits[0, -1]  # (V,)
    chances: defaultdict[str, float] = defaultdict(float)
    for token, probability in enumerate(logits.softmax(-1).tolist()):
        chances[tokenizer.decode([token]).strip()] += probability
    return dict(chances)


def training_speed(model: GPT, seconds: float = 4.0, rows: int = 8) -> float:
    """Return the tokens per second at which this machine trains a model of this shape, measured for `seconds`.

    A fresh copy with random tokens is trained, so `model` itself does not change; one step warms up uncounted.
    """
    copy = GPT(model.config, torch.Generator().manual_seed(0))
    optimizer = torch.optim.AdamW(copy.parameters(), lr=1e-3)
    shape = (rows, model.config.context + 1)
    ids = torch.randint(model.config.vocab_size, shape, generator=torch.Generator().manual_seed(0))
    began, steps = time.perf_counter(), -1
    while steps < 1 or time.perf_counter() - began < seconds:
        optimizer.zero_grad()
        next_token_loss(copy, (ids[:, :-1], ids[:, 1:])).backward()
        optimizer.step()
        steps += 1
        if steps == 0:
            began = time.perf_counter()
    return steps * rows * model.config.context / (time.perf_counter() - began)
