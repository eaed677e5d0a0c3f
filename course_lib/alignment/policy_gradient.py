"""Reinforcement learning on answers, told in order: how far from the reference, how good, which step (lesson 11).

The model (policy) writes answers, something gives each of them a reward, and answers that did better than
expected become more probable. Without a price on leaving the reference, the reward goes up and the answers
die: so the distance is part of the loss.
"""

import math
from collections.abc import Callable, Collection, Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from course_lib.alignment.sft import (
    IGNORE,
    Example,
    answer_targets,
    answer_token_log_probs,
    check_lengths,
    check_whole_batches,
    in_batches,
    pad_examples,
)
from course_lib.generation.decode import generate_batch
from course_lib.models.gpt import GPT
from course_lib.training.loop import Batch, History, TrainConfig, train

Reward = Callable[[Sequence[int], Sequence[int]], float | int]  # of a prompt's ids and the answer's ids


def kl_to_reference(
    policy_logits: Float[Tensor, "*batch vocab"], reference_logits: Float[Tensor, "*batch vocab"]
) -> Float[Tensor, "*batch"]:
    """Return KL(policy || reference) of each position's next token, in nats: at least 0, and 0 if equal.

    sum p log(p / q), p the policy's probabilities: how many nats worse the reference would guess what the
    policy says. Computed from log-probabilities, so that none of them can round to log 0; a token that the
    policy excludes (-inf) costs nothing. The reference gets no gradient. Raises ValueError for logits of
    different shapes.
    """
    if policy_logits.shape != reference_logits.shape:
        raise ValueError(
            f"reference_logits.shape={tuple(reference_logits.shape)}; expected {tuple(policy_logits.shape)}"
        )
    log_p = policy_logits.log_softmax(dim=-1)  # (..., V)
    log_q = reference_logits.detach().log_softmax(dim=-1)  # (..., V)
    difference = (log_p - log_q).masked_fill(log_p == -torch.inf, 0.0)
    return (log_p.exp() * difference).sum(dim=-1).clamp_min(0.0)  # rounding can end just below 0


def answer_kl(
    policy_logits: Float[Tensor, "batch time vocab"],
    reference_logits: Float[Tensor, "batch time vocab"],
    ids: Int[Tensor, "batch time"],
    prompt_lengths: Int[Tensor, " batch"],
    lengths: Int[Tensor, " batch"],
) -> Float[Tensor, " batch"]:
    """Return `kl_to_reference` summed over the answer positions of each row, in nats per answer.

    Averaged over answers that the policy itself wrote, this is the KL between the two models' answers.
    """
    check_lengths(ids, prompt_lengths, lengths)
    counts = answer_targets(ids, prompt_lengths, lengths) != IGNORE  # (B, T)
    return kl_to_reference(policy_logits, reference_logits).masked_fill(~counts, 0.0).sum(dim=1)


def sample_answers(
    policy: GPT,
    prompts: Sequence[Sequence[int]],
    generator: torch.Generator,
    stop_ids: Collection[int],
    max_new_tokens: int = 40,
) -> list[Example]:
    """Let the policy answer each prompt once, at temperature 1."""
    answers = generate_batch(policy, prompts, max_new_tokens, 1.0, generator, stop_ids)
    return [Example([*prompt, *answer], len(prompt)) for prompt, answer in zip(prompts, answers, strict=True)]


@torch.inference_mode()
def measure_kl(
    policy: GPT, reference: GPT, answers: Sequence[Example], batch_size: int = 64
) -> Float[Tensor, " n"]:
    """Return the KL along each of the policy's own `answers` (see `sample_answers`), in nats; take the mean."""
    device = policy.embed.weight.device
    parts = []
    for batch in in_batches(answers, batch_size):
        ids, bounds = (part.to(device) for part in pad_examples(batch))
        parts.append(answer_kl(policy(ids).logits, reference(ids).logits, ids, bounds[:, 0], bounds[:, 1]))
    return torch.cat(parts)


def group_advantages(
    rewards: Float[Tensor, "prompts group"], eps: float = 1e-6, scale: bool = True
) -> Float[Tensor, "prompts group"]:
    """Return how much better each answer did than the others to its prompt, in standard deviations.

    The group's own mean takes the place of a learned value. All equal: all 0, nothing to learn. Detached. With
    `scale=False` in the rewards' own unit: dividing makes questions that are nearly always or nearly never answered
    count more (Dr. GRPO, Liu et al. 2025). Raises ValueError for groups of fewer than two. Source: GRPO, Shao et al.
    2024, section 4.1.2 (with the standard deviation of the group as a whole, not its estimate from a sample).
    """
    if rewards.shape[1] < 2:
        raise ValueError(f"a group has {rewards.shape[1]} answers; expected at least 2 to compare")
    rewards = rewards.detach()
    centred = rewards - rewards.mean(dim=1, keepdim=True)
    return centred / (rewards.std(dim=1, keepdim=True, correction=0) + eps) if scale else centred


def advantages_and_returns(
    rewards: Float[Tensor, "batch time"],
    values: Float[Tensor, "batch time"],
    gamma: float | int = 1.0,
    lam: float | int = 0.95,
    last_value: Float[Tensor, " batch"] | None = None,
    ends: Bool[Tensor, "batch time"] | None = None,
) -> tuple[Float[Tensor, "batch time"], Float[Tensor, "batch time"]]:
    """Return how much better than `values` each step turned out, and the returns that the values should learn.

    `values[b, t]` is the return expected before step t. lam 1 waits for the whole rest (return - value), lam 0
    looks one step ahead. After the last step nothing comes, unless the row was only cut off there: then
    `last_value` is what was still expected. `ends[b, t]` is True where an episode ended with step t and the next
    one began: nothing flows back over that border. Both results are detached. Raises ValueError unless gamma and
    lam are within 0 and 1, and for `last_value` or `ends` of another shape. Source: generalised advantage
    estimation, Schulman et al. 2016, equation 16.
    """
    for name, value in (("gamma", gamma), ("lam", lam)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name}={value}; expected 0 to 1")
    last_value = torch.zeros_like(values[:, 0]) if last_value is None else last_value
    goes_on = torch.ones_like(values) if ends is None else 1.0 - ends.to(values)  # (B, T)
    if last_value.shape != values.shape[:1] or goes_on.shape != values.shape:
        raise ValueError(
            f"last_value.shape={tuple(last_value.shape)}, ends.shape={tuple(goes_on.shape)}; expected "
            f"{tuple(values.shape[:1])} and {tuple(values.shape)}"
        )
    rewards, values = rewards.detach(), values.detach()
    following = torch.cat((values[:, 1:], last_value.detach()[:, None].to(values)), dim=1)  # (B, T)
    surprise = rewards + gamma * goes_on * following - values  # (B, T)
    advantages = torch.zeros_like(rewards)
    running = torch.zeros_like(rewards[:, 0])
    for t in reversed(range(rewards.shape[1])):
        running = surprise[:, t] + gamma * lam * goes_on[:, t] * running
        advantages[:, t] = running
    return advantages, advantages + values


def clipped_policy_loss(
    log_probs: Float[Tensor, "batch time"],
    old_log_probs: Float[Tensor, "batch time"],
    advantages: Float[Tensor, "batch time"],
    counts: Bool[Tensor, "batch time"],
    clip: float | int = 0.2,
) -> Float[Tensor, ""]:
    """Return the mean, over the tokens that count, of -min(r A, clip(r, 1 - clip, 1 + clip) A).

    r = exp(log_probs - old_log_probs): how much more probable a token is now than when it was drawn. Once it
    has moved by `clip` in the direction of its advantage A, there is nothing more to gain. Only `log_probs`
    get a gradient. Raises ValueError for clip <= 0 or if no token counts. Source: PPO, Schulman et al. 2017,
    equation 7.
    """
    if not clip > 0:
        raise ValueError(f"clip={clip}; expected more than 0")
    if not bool(counts.any()):
        raise ValueError("counts is False everywhere; expected at least one token that counts")
    ratio = (log_probs - old_log_probs.detach()).exp()  # (B, T)
    advantages = advantages.detach()
    gain = torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)
    return -gain[counts].mean()


def improve_on_rewards(
    policy: GPT,
    reference: GPT,
    prompts: Sequence[Sequence[int]],
    reward: Reward,
    config: TrainConfig,
    generator: torch.Generator,
    stop_ids: Collection[int],
    *,
    beta: float | int = 0.1,
    group: int = 8,
    prompts_per_step: int = 4,
    uses: int = 2,
    clip: float | int = 0.2,
    max_new_tokens: int = 40,
    progress: bool = True,
    on_step: Callable[[History], None] | None = None,
) -> tuple[History, list[float]]:
    """Train `policy` in place with GRPO; return the history and the mean reward of each step's answers.

    Each sample of `group` answers to `prompts_per_step` prompts serves for `uses` steps. `beta` is the price,
    in reward, of one nat of KL to the frozen `reference`. `on_step(history)` is called
    after every step. Raises ValueError if policy and reference are one
    model, for a negative beta, no prompt, a prompt that leaves no room in the context for `max_new_tokens`, a
    reward that is no finite number, or a `config` that cuts batches.
    """
    if policy is reference:
        raise ValueError("policy and reference are one model; expected a copy as the reference")
    if not 0 <= beta < math.inf:
        raise ValueError(f"beta={beta}; expected 0 or more")
    least = {"group": 2, "prompts_per_step": 1, "uses": 1, "max_new_tokens": 1}
    for (name, at_least), found in zip(
        least.items(), (group, prompts_per_step, uses, max_new_tokens), strict=True
    ):
        if found < at_least:
            raise ValueError(f"{name}={found}; expected at least {at_least}")
    longest = max(map(len, prompts), default=0)
    if not longest or longest + max_new_tokens > policy.config.context:
        raise ValueError(
            f"the longest of {len(prompts)} prompts has {longest} tokens; expected at least one, and with "
            f"max_new_tokens={max_new_tokens} at most the context's {policy.config.context}"
        )
    check_whole_batches(config)
    reference.requires_grad_(False)
    device = policy.embed.weight.device
    mean_rewards: list[float] = []
    held: tuple[
        Batch, Tensor, Tensor, Tensor
    ]  # the sample in use; old log p (B, T), reference (B, T, V), A (B, 1)

    def next_batch(generator: torch.Generator) -> Batch:
        nonlocal held
        if len(mean_rewards) % uses == 0:
            chosen = torch.randint(len(prompts), (prompts_per_step,), generator=generator).tolist()
            asked = [prompts[i] for i in chosen for _ in range(group)]
            answers = sample_answers(policy, asked, generator, stop_ids, max_new_tokens)
            points = [reward(e.ids[: e.prompt_length], e.ids[e.prompt_length :]) for e in answers]
            for point in points:
                if not isinstance(point, (int, float)) or not math.isfinite(point):
                    raise ValueError(f"reward returned {point!r}; expected a finite number")
            rewards = torch.tensor(points, dtype=torch.float32).view(prompts_per_step, group)
            ids, bounds = (part.to(device) for part in pad_examples(answers))
            with torch.no_grad():
                old = answer_token_log_probs(policy(ids).logits, ids, bounds[:, 0], bounds[:, 1])
                reference_logits = reference(ids).logits
            held = ((ids, bounds), old, reference_logits, group_advantages(rewards).view(-1, 1).to(old))
            mean_rewards.append(float(rewards.mean()))
        else:
            mean_rewards.append(mean_rewards[-1])
        return held[0]

    def loss_function(model: nn.Module, batch: Batch) -> Tensor:
        ids, bounds = batch
        _, old, reference_logits, advantages = held
        logits = model(ids).logits  # (B, T, V)
        log_probs = answer_token_log_probs(logits, ids, bounds[:, 0], bounds[:, 1])  # (B, T)
        counts = answer_targets(ids, bounds[:, 0], bounds[:, 1]) != IGNORE  # (B, T)
        loss = clipped_policy_loss(log_probs, old, advantages.expand_as(old), counts, clip)
        kl = kl_to_reference(logits, reference_logits)[counts].mean()
        return loss + beta * kl

    history = train(
        policy,
        next_batch,
        config,
        generator,
        loss_function=loss_function,
        progress=progress,
        description="GRPO",
        on_step=on_step,
    )
    return history, mean_rewards
