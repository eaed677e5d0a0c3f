"""Supervised fine-tuning: go on training, but only on the answers (Ouyang et al. 2022, step 1; lesson 02)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib.data.facts import ASSISTANT, SPECIAL_TOKENS, chat_example
from course_lib.models.gpt import GPT
from course_lib.models.lora import apply_lora
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.loop import Batch, History, NextBatch, TrainConfig, train

T = TypeVar("T")

IGNORE = -100  # the target that does not count


@dataclass(frozen=True)
class Example:
    """One exchange as ids; the first `prompt_length` of them are the question and do not count."""

    ids: list[int]
    prompt_length: int


def sft_loss(
    logits: Float[Tensor, "batch time vocab"],
    ids: Int[Tensor, "batch time"],
    prompt_lengths: Int[Tensor, " batch"],
    lengths: Int[Tensor, " batch"],
) -> Float[Tensor, ""]:
    """Return the mean loss over the answer tokens of all rows, in nats: prompt and padding do not count.

    `logits[b, t]` guess `ids[b, t + 1]`. Row b is prompt up to `prompt_lengths[b]`, then answer up to
    `lengths[b]`, then padding. Each answer token counts once, so long answers weigh more than short ones.
    Raises ValueError if a prompt is empty (nothing predicts its first answer token) or no answer token is
    left.
    """
    check_lengths(ids, prompt_lengths, lengths)
    if not bool((prompt_lengths < lengths).any()):
        raise ValueError("no row has an answer token; lengths must exceed prompt_lengths somewhere")
    targets = answer_targets(ids, prompt_lengths, lengths)  # (B, T)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE)


def check_lengths(
    ids: Int[Tensor, "batch time"], prompt_lengths: Int[Tensor, " batch"], lengths: Int[Tensor, " batch"]
) -> None:
    """Raise ValueError unless every row is a prompt of at least one token, then answer, then padding."""
    if not bool(((prompt_lengths >= 1) & (prompt_lengths <= lengths) & (lengths <= ids.shape[1])).all()):
        raise ValueError("expected 1 <= prompt_lengths <= lengths <= number of columns of ids, in every row")


def answer_targets(
    ids: Int[Tensor, "batch time"], prompt_lengths: Int[Tensor, " batch"], lengths: Int[Tensor, " batch"]
) -> Int[Tensor, "batch time"]:
    """Return the id that each position should predict, -100 where it is prompt, padding or missing."""
    position = torch.arange(1, ids.shape[1] + 1, device=ids.device)  # of the predicted token
    counts = (position >= prompt_lengths[:, None]) & (position < lengths[:, None])  # (B, T)
    following = torch.cat((ids[:, 1:], torch.full_like(ids[:, :1], IGNORE)), dim=1)  # (B, T)
    return following.masked_fill(~counts, IGNORE)


def answer_token_log_probs(
    logits: Float[Tensor, "batch time vocab"],
    ids: Int[Tensor, "batch time"],
    prompt_lengths: Int[Tensor, " batch"],
    lengths: Int[Tensor, " batch"],
) -> Float[Tensor, "batch time"]:
    """Return the log-probability, in nats, of the id that follows each position; 0 where that is no answer.

    Rows as in `sft_loss`. Raises ValueError for lengths that don't fit.
    """
    check_lengths(ids, prompt_lengths, lengths)
    targets = answer_targets(ids, prompt_lengths, lengths)  # (B, T)
    log_p = logits.log_softmax(dim=-1).gather(-1, targets.clamp_min(0)[..., None])[..., 0]  # (B, T)
    return log_p.masked_fill(targets == IGNORE, 0.0)


def answer_log_probs(
    logits: Float[Tensor, "batch time vocab"],
    ids: Int[Tensor, "batch time"],
    prompt_lengths: Int[Tensor, " batch"],
    lengths: Int[Tensor, " batch"],
) -> Float[Tensor, " batch"]:
    """Return log p(answer | prompt) of each row, in nats: a sum over its answer tokens, not a mean."""
    return answer_token_log_probs(logits, ids, prompt_lengths, lengths).sum(dim=1)


def make_examples(tokenizer: BytePairTokenizer, pairs: Sequence[tuple[str, str]]) -> list[Example]:
    """Turn (question, answer) pairs into ids in the chat format.

    Raises ValueError for an empty list, an answer with a special token, or a tokenizer without them.
    """
    if not pairs:
        raise ValueError("pairs is empty; expected at least one question with its answer")
    lost = [token for token in SPECIAL_TOKENS if token not in tokenizer.special_tokens]
    if lost:
        raise ValueError(f"the tokenizer has no {lost[0]}; expected the special tokens of the chat format")
    marker = tokenizer.special_tokens[ASSISTANT]
    examples = []
    for question, answer in pairs:
        if any(token in answer for token in SPECIAL_TOKENS):
            raise ValueError(f"the answer {answer!r} contains a special token")
        ids = tokenizer.encode(chat_example(question, answer), allowed_special="all")
        examples.append(Example(ids, ids.index(marker) + 1))
    return examples


def pad_examples(
    examples: Sequence[Example],
) -> tuple[Int[Tensor, "batch time"], Int[Tensor, "batch 2"]]:
    """Return ids, padded on the right, and for each row the lengths of its prompt and of the whole."""
    ids = torch.zeros(
        len(examples), max(len(e.ids) for e in examples), dtype=torch.long
    )  # padding is never counted
    for row, example in enumerate(examples):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
    return ids, torch.tensor([[example.prompt_length, len(example.ids)] for example in examples])


def check_fits(model: GPT, examples: Sequence[Example]) -> None:
    """Raise ValueError if there is no example, or one is longer than the model's context."""
    if not examples:
        raise ValueError("examples is empty; expected at least one")
    longest = max(len(example.ids) for example in examples)
    if longest > model.config.context:
        raise ValueError(f"an example has {longest} tokens, but the context is {model.config.context}")


def in_batches(items: Sequence[T], batch_size: int) -> Iterator[Sequence[T]]:
    """Yield the items in their order, `batch_size` at a time. Raises ValueError for batch_size < 1 or no items."""
    if batch_size < 1 or not items:
        raise ValueError(f"batch_size={batch_size}, {len(items)} items; expected at least 1 each")
    for start in range(0, len(items), batch_size):
        yield items[start : start + batch_size]


def at_random(n: int, batch_size: int, batch_of: Callable[[list[int]], Batch]) -> NextBatch:
    """Return a `next_batch` that draws `batch_size` of `n` rows. Raises ValueError for batch_size < 1."""
    if batch_size < 1:
        raise ValueError(f"batch_size={batch_size}; expected at least 1")
    return lambda generator: batch_of(torch.randint(n, (batch_size,), generator=generator).tolist())


def check_whole_batches(config: TrainConfig) -> None:
    """Raise ValueError if the batch would be cut: its rows belong together."""
    if config.accumulate > 1:
        raise ValueError(f"accumulate={config.accumulate}; expected 1 here: take a smaller batch instead")


@dataclass(frozen=True)
class Adapters:
    """Train LoRA adapters instead of the model itself: arguments of `apply_lora`."""

    targets: tuple[str, ...] = ("qkv", "attention.out", "up", "down")
    rank: int = 8
    alpha: float | int = 16


@contextmanager
def frozen_embeddings(model: GPT, but: Sequence[int] = ()) -> Iterator[None]:
    """Within the block, training leaves what each token and position means as it is, except the tokens `but`.

    Tuning on some names bends the vectors of just these names, and what is learned with them then fits no
    other name. Tokens that pre-training never read (those of the chat format) have to be learned: name them
    in `but`. Afterwards everything can be trained again. Raises ValueError for an id that isn't a token.
    """
    weight = model.embed.weight
    if any(not 0 <= i < len(weight) for i in but):
        raise ValueError(f"but={list(but)}; expected ids from 0 to {len(weight) - 1}")
    trained = torch.zeros(len(weight), 1, dtype=torch.bool, device=weight.device)  # (V, 1)
    trained[list(but)] = True
    before = weight.detach().clone()
    positions = model.positions.weight if model.config.position == "learned" else None
    hook = weight.register_hook(lambda gradient: gradient * trained)
    if positions is not None:
        positions.requires_grad_(False)
    try:
        yield
    finally:
        hook.remove()
        if positions is not None:
            positions.requires_grad_(True)
        with torch.no_grad():
            weight.copy_(torch.where(trained, weight, before))  # weight decay acts without a gradient


def finetune_on_examples(
    model: GPT,
    examples: Sequence[Example],
    config: TrainConfig,
    generator: torch.Generator,
    batch_size: int = 32,
    progress: bool = True,
    description: str = "fine-tuning",
    adapters: Adapters | None = None,
    state_path: str | Path | None = None,
    on_step: Callable[[History], None] | None = None,
) -> History:
    """Train `model` in place on the answers of `examples`, drawn at random, and return the history.

    With `adapters`, LoRA layers are put in and only they are trained; `merge_lora` folds them in afterwards.
    With a `state_path` an interrupted run goes on when called again. `on_step(history)` is called
    after every step. Raises ValueError for no examples, one
    that is longer than the context, or batch_size < 1.
    """
    check_fits(model, examples)
    if adapters is not None:
        apply_lora(model, adapters.targets, adapters.rank, adapters.alpha, generator)

    def loss_function(model: nn.Module, batch: Batch) -> Tensor:
        ids, bounds = batch
        return sft_loss(model(ids).logits, ids, bounds[:, 0], bounds[:, 1])

    return train(
        model,
        at_random(len(examples), batch_size, lambda rows: pad_examples([examples[row] for row in rows])),
        config,
        generator,
        loss_function=loss_function,
        counted=lambda batch: int((batch[1][:, 1] - batch[1][:, 0]).sum()),  # answer tokens
        progress=progress,
        description=description,
        state_path=state_path,
        on_step=on_step,
    )
