"""Direct preference optimisation: learn from pairs without a reward model (Rafailov et al. 2023; lesson 11).

A policy that was tuned for a reward, at a price beta per nat of KL to its reference, gives that reward away:
it is beta log(policy / reference), up to a constant per prompt. So the two models themselves can be
put where the reward model stood.
"""

import contextlib
import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.alignment.rewards import Preference, check_pairs, draw_pairs
from course_lib.alignment.sft import (
    Adapters,
    answer_log_probs,
    at_random,
    check_whole_batches,
    in_batches,
)
from course_lib.models.gpt import GPT
from course_lib.models.lora import apply_lora
from course_lib.training.loop import Batch, History, TrainConfig, train


def dpo_loss(
    policy_chosen: Float[Tensor, " pairs"],
    policy_rejected: Float[Tensor, " pairs"],
    reference_chosen: Float[Tensor, " pairs"],
    reference_rejected: Float[Tensor, " pairs"],
    beta: float | int = 0.1,
) -> Float[Tensor, ""]:
    """Return the mean of -log sigmoid(beta x margin), in nats: log 2 as long as policy and reference agree.

    The arguments are log-probabilities of whole answers (`answer_log_probs`); margin = (policy - reference)
    of the chosen answer minus that of the rejected one. The reference gets no gradient. Raises ValueError
    for beta <= 0, no pairs, or arguments of different lengths. Source: Rafailov et al. 2023, equation 7.
    """
    check_beta(beta)
    shapes = [tuple(x.shape) for x in (policy_chosen, policy_rejected, reference_chosen, reference_rejected)]
    if len(set(shapes)) > 1 or len(policy_chosen) == 0:
        raise ValueError(f"the log-probabilities have shapes {shapes}; expected as many, at least one pair")
    chosen = policy_chosen - reference_chosen.detach()
    rejected = policy_rejected - reference_rejected.detach()
    return -F.logsigmoid(beta * (chosen - rejected)).mean()


def check_beta(beta: float | int) -> None:
    if not 0 < beta < math.inf:
        raise ValueError(f"beta={beta}; expected more than 0")


@torch.inference_mode()
def pair_log_probs(
    model: GPT, preferences: Sequence[Preference], batch_size: int = 32
) -> Float[Tensor, "pairs 2"]:
    """Return log p of the chosen and of the rejected answer of each pair, in nats.

    Raises ValueError for no pairs or batch_size < 1.
    """
    device = model.embed.weight.device
    parts = []
    for rows in in_batches(range(len(preferences)), batch_size):
        ids, bounds = (part.to(device) for part in draw_pairs(preferences, rows))
        log_p = answer_log_probs(model(ids).logits, ids, bounds[:, 0], bounds[:, 1])  # (2 pairs,)
        parts.append(torch.stack(log_p.chunk(2), dim=1))  # (pairs, 2)
    return torch.cat(parts)


class _Enough(Exception):  # noqa: N818 - no error, only the way out of the loop
    pass


def align_on_preferences(
    model: GPT,
    preferences: Sequence[Preference],
    config: TrainConfig,
    generator: torch.Generator,
    *,
    beta: float | int = 0.1,
    sft_weight: float | int = 0.0,
    batch_size: int = 16,
    adapters: Adapters | None = None,
    stop: Callable[[History], bool] | None = None,
    progress: bool = True,
) -> History:
    """Train `model` in place to prefer the chosen answers; the reference is the model as it comes in.

    The reference's log-probabilities are computed once, beforehand, so no second model is kept. `sft_weight`
    adds that much of the mean loss per token of the chosen answers, against the drift that lowers both
    answers of a pair. `stop(history)` ends the run early after any step for which it is true. With
    `adapters` only LoRA layers are trained. Raises ValueError as `check_pairs`, for a beta that isn't
    positive, a negative sft_weight, batch_size < 1, or a `config` that cuts batches.
    """
    check_beta(beta)
    if not 0 <= sft_weight < math.inf:
        raise ValueError(f"sft_weight={sft_weight}; expected 0 or more")
    check_pairs(model, preferences)
    check_whole_batches(config)
    reference = pair_log_probs(model, preferences).clone()  # (pairs, 2); a clone can take part in autograd
    if adapters is not None:
        apply_lora(model, adapters.targets, adapters.rank, adapters.alpha, generator)
    rows: list[int] = []  # of the batch in use

    def draw(drawn: list[int]) -> Batch:
        rows[:] = drawn
        return draw_pairs(preferences, drawn)

    def loss_function(model: nn.Module, batch: Batch) -> Tensor:
        ids, bounds = batch
        log_p = answer_log_probs(model(ids).logits, ids, bounds[:, 0], bounds[:, 1])  # (2B,)
        chosen, rejected = log_p.chunk(2)  # (B,) each
        loss = dpo_loss(chosen, rejected, reference[rows, 0], reference[rows, 1], beta)
        if sft_weight:
            tokens = (bounds[: len(rows), 1] - bounds[: len(rows), 0]).sum()
            loss = loss - sft_weight * chosen.sum() / tokens
        return loss

    kept = History()

    def on_step(history: History) -> None:
        nonlocal kept
        kept = history
        if stop is not None and stop(history):
            raise _Enough

    with contextlib.suppress(_Enough):
        train(
            model,
            at_random(len(preferences), batch_size, draw),
            config,
            generator,
            loss_function=loss_function,
            progress=progress,
            description="DPO",
            on_step=on_step,
        )
    return kept
