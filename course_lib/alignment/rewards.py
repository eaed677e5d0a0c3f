"""Learn what people prefer from pairs of answers (Ouyang et al. 2022, step 2; lesson 11).

Nobody can say how many points an answer is worth, but anybody can say which of two is better. The reward
model gives points so that the better one of each pair gets more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib.alignment.sft import (
    Example,
    at_random,
    check_fits,
    check_whole_batches,
    in_batches,
    make_examples,
    pad_examples,
)
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.loop import Batch, History, TrainConfig, train


@dataclass(frozen=True)
class Preference:
    """Two answers to one prompt; somebody liked `chosen` better."""

    chosen: Example
    rejected: Example


def make_preferences(
    tokenizer: BytePairTokenizer, triples: Sequence[tuple[str, str, str]]
) -> list[Preference]:
    """Turn (question, chosen answer, rejected answer) into ids in the chat format.

    Raises ValueError for an empty list, or two answers that are the same.
    """
    for question, chosen, rejected in triples:
        if chosen == rejected:
            raise ValueError(f"both answers to {question!r} are {chosen!r}; expected two different ones")
    chosen_examples = make_examples(tokenizer, [(question, chosen) for question, chosen, _ in triples])
    rejected_examples = make_examples(tokenizer, [(question, rejected) for question, _, rejected in triples])
    return [Preference(c, r) for c, r in zip(chosen_examples, rejected_examples, strict=True)]


def draw_pairs(preferences: Sequence[Preference], rows: Sequence[int]) -> Batch:
    """Return the chosen answers of these rows and below them, in the same order, the rejected ones."""
    pairs = [preferences[row] for row in rows]
    return pad_examples([pair.chosen for pair in pairs] + [pair.rejected for pair in pairs])


def check_pairs(model: GPT, preferences: Sequence[Preference]) -> None:
    """Raise ValueError for no pair, an answer longer than the context, or two answers to different prompts."""
    if not preferences:
        raise ValueError("preferences is empty; expected at least one pair")
    for row, pair in enumerate(preferences):
        chosen, rejected = (answer.ids[: answer.prompt_length] for answer in (pair.chosen, pair.rejected))
        if chosen != rejected:
            raise ValueError(f"the answers of pair {row} have different prompts; expected the same one")
    check_fits(model, [answer for pair in preferences for answer in (pair.chosen, pair.rejected)])


class RewardModel(nn.Module):
    """A GPT that has read the whole exchange, and one number read off its last state.

    The GPT is trained along. The reading starts at zero: every answer is worth the same.
    """

    def __init__(self, gpt: GPT) -> None:
        super().__init__()
        self.gpt = gpt
        self.score = nn.Linear(gpt.config.n_embd, 1, bias=False)
        nn.init.zeros_(self.score.weight)
        self.score.to(gpt.embed.weight)  # device and dtype

    def forward(
        self, ids: Int[Tensor, "batch time"], lengths: Int[Tensor, " batch"]
    ) -> Float[Tensor, " batch"]:
        """Return a reward per row; what stands at or after `lengths` is padding and changes nothing."""
        if not bool(((lengths >= 1) & (lengths <= ids.shape[1])).all()):
            raise ValueError("expected 1 <= lengths <= number of columns of ids, in every row")
        states = self.gpt(ids, return_states=True).states[-1]  # (B, T, C)
        last = states[torch.arange(len(ids), device=ids.device), lengths - 1]  # (B, C)
        return self.score(self.gpt.norm(last))[:, 0]  # (B,)


def reward_loss(chosen: Float[Tensor, " pairs"], rejected: Float[Tensor, " pairs"]) -> Float[Tensor, ""]:
    """Return the mean of -log sigmoid(chosen - rejected), in nats: log 2 where both are worth the same.

    Only differences count. Raises ValueError for no pairs, or not as many of one kind as of the other.
    Source: Bradley and Terry 1952; Ouyang et al. 2022, equation 1.
    """
    if len(chosen) == 0 or chosen.shape != rejected.shape:
        raise ValueError(
            f"chosen.shape={tuple(chosen.shape)}, rejected.shape={tuple(rejected.shape)}; "
            "expected as many, at least one pair"
        )
    return -F.logsigmoid(chosen - rejected).mean()


def train_reward_model(
    model: RewardModel,
    preferences: Sequence[Preference],
    config: TrainConfig,
    generator: torch.Generator,
    batch_size: int = 16,
    progress: bool = True,
) -> History:
    """Train `model` in place on pairs drawn at random; return the history.

    Raises ValueError as `check_pairs`, for batch_size < 1, or a `config` that cuts batches.
    """
    check_pairs(model.gpt, preferences)
    check_whole_batches(config)

    def loss_function(model: nn.Module, batch: Batch) -> Tensor:
        ids, bounds = batch
        chosen, rejected = model(ids, bounds[:, 1]).chunk(2)  # (B,) each
        return reward_loss(chosen, rejected)

    return train(
        model,
        at_random(len(preferences), batch_size, lambda rows: draw_pairs(preferences, rows)),
        config,
        generator,
        loss_function=loss_function,
        progress=progress,
        description="reward model",
    )


@torch.inference_mode()
def rewards_of(model: RewardModel, examples: Sequence[Example], batch_size: int = 64) -> Float[Tensor, " n"]:
    """Return the reward of each example, in the order given. Raises ValueError as `train_reward_model`."""
    check_fits(model.gpt, examples)
    device = model.gpt.embed.weight.device
    parts = []
    for batch in in_batches(examples, batch_size):
        ids, bounds = (part.to(device) for part in pad_examples(batch))
        parts.append(model(ids, bounds[:, 1]))
    return torch.cat(parts)
