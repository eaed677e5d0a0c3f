"""Supervised fine-tuning: go on training, but only on the answers (Ouyang et al. 2022, step 1; lesson 02)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib.data.facts import ASSISTANT, SPECIAL_TOKENS, chat_example
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.loop import Batch, History, TrainConfig, train

IGNORE = -100  # the target that does not count


@dataclass(frozen=True)
class Example:
    """One exchange as ids; the first `prompt_length` of them are the question and do not count."""

    ids: list[int]
    prompt_length: int


def sft_loss(
    logits: Float[Tensor, "batch time vocab"],
    ids: Int[Tensor, "batch time"],
    prompt_lengths: Int[Tensor, "batch"],
    lengths: Int[Tensor, "batch"],
) -> Float[Tensor, ""]:
    """Return the mean loss over the answer tokens of all rows, in nats: prompt and padding do not count.

    `logits[b, t]` guess `ids[b, t + 1]`. Row b is prompt up to `prompt_lengths[b]`, then answer up to
    `lengths[b]`, then padding. Each answer token counts once, so long answers weigh more than short ones.
    Raises ValueError if a prompt is empty (nothing predicts its first answer token) or no answer token is
    left.
    """
    if not bool(((prompt_lengths >= 1) & (prompt_lengths <= lengths) & (lengths <= ids.shape[1])).all()):
        raise ValueError("expected 1 <= prompt_lengths <= lengths <= number of columns of ids, in every row")
    if not bool((prompt_lengths < lengths).any()):
        raise ValueError("no row has an answer token; lengths must exceed prompt_lengths somewhere")
    targets = answer_targets(ids, prompt_lengths, lengths)  # (B, T)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE)


def answer_targets(
    ids: Int[Tensor, "batch time"], prompt_lengths: Int[Tensor, "batch"], lengths: Int[Tensor, "batch"]
) -> Int[Tensor, "batch time"]:
    """Return the id that each position should predict, -100 where it is prompt, padding or missing."""
    position = torch.arange(1, ids.shape[1] + 1, device=ids.device)  # of the predicted token
    counts = (position >= prompt_lengths[:, None]) & (position < lengths[:, None])  # (B, T)
    following = torch.cat((ids[:, 1:], torch.full_like(ids[:, :1], IGNORE)), dim=1)  # (B, T)
    return following.masked_fill(~counts, IGNORE)


def make_examples(tokenizer: BytePairTokenizer, pairs: Sequence[tuple[str, str]]) -> list[Example]:
    """Turn (question, answer) pairs into ids in the chat format. Raises ValueError for an empty list."""
    if not pairs:
        raise ValueError("pairs is empty; expected at least one question with its answer")
    marker = tokenizer.special_tokens[ASSISTANT]
    examples = []
    for question, answer in pairs:
        if any(token in answer for token in SPECIAL_TOKENS):
            raise ValueError(f"the answer {answer!r} contains a special token")
        ids = tokenizer.encode(chat_example(question, answer), allowed_special="all")
        examples.append(Example(ids, ids.index(marker) + 1))
    return examples


def finetune_on_examples(
    model: GPT,
    examples: Sequence[Example],
    config: TrainConfig,
    generator: torch.Generator,
    batch_size: int = 32,
    progress: bool = True,
    description: str = "fine-tuning",
) -> History:
    """Train `model` in place on the answers of `examples`, drawn at random, and return the history.

    Raises ValueError if an example is longer than the context.
    """
    longest = max(len(example.ids) for example in examples)
    if longest > model.config.context:
        raise ValueError(f"an example has {longest} tokens, but the context is {model.config.context}")

    def next_batch(generator: torch.Generator) -> Batch:
        rows = torch.randint(len(examples), (batch_size,), generator=generator).tolist()
        chosen = [examples[row] for row in rows]
        width = max(len(example.ids) for example in chosen)
        ids = torch.zeros(batch_size, width, dtype=torch.long)  # the padding's value never counts
        for row, example in enumerate(chosen):
            ids[row, : len(example.ids)] = torch.tensor(example.ids)
        bounds = torch.tensor([[example.prompt_length, len(example.ids)] for example in chosen])  # (B, 2)
        return ids, bounds

    def loss_function(model: nn.Module, batch: Batch) -> Tensor:
        ids, bounds = batch
        return sft_loss(model(ids).logits, ids, bounds[:, 0], bounds[:, 1])

    return train(
        model,
        next_batch,
        config,
        generator,
        loss_function=loss_function,
        progress=progress,
        description=description,
    )
