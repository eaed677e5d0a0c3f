"""Learning from reward alone, told in order: choose, live through it, count what came of it, push (lesson 09).

A policy draws actions and is told how good it went, never what would have been right. REINFORCE (Williams, 1992) makes
more probable what went better than usual. Lesson 11 does the same with the tokens of a language model
(`course_lib.alignment.policy_gradient`).

Letters at line ends: T steps, B episodes side by side, A actions, F numbers of an observation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn


def epsilon_greedy(values: Tensor, epsilon: float | int, generator: torch.Generator) -> int:
    """Choose an arm: with probability epsilon any of all, else one with the largest estimate (of equal ones any).

    Raises ValueError without an arm, for more than one axis, or unless epsilon is within 0 and 1.
    """
    if values.ndim != 1 or not len(values) or not 0 <= epsilon <= 1:
        raise ValueError(
            f"values.shape={tuple(values.shape)}, epsilon={epsilon}; expected (K,), K of at least 1, and 0 to 1"
        )
    arms = (values == values.max()).nonzero()[:, 0]
    if torch.rand(1, generator=generator).item() < epsilon:
        arms = torch.arange(len(values))
    return int(arms[torch.randint(len(arms), (1,), generator=generator)])


def discounted_returns(
    rewards: Float[Tensor, "*batch time"], gamma: float | int, ends: Tensor | None = None
) -> Float[Tensor, "*batch time"]:
    """Return for each step what came from then on in its episode, each further step discounted by gamma once more.

    `ends[..., t]` is True where an episode ended with step t. Raises ValueError unless gamma is within 0 and 1, and for
    `ends` of another shape.
    """
    if not 0 <= gamma <= 1 or (ends is not None and ends.shape != rewards.shape):
        raise ValueError(f"gamma={gamma}, ends of {None if ends is None else tuple(ends.shape)}; expected 0 to 1, "
                         f"and {tuple(rewards.shape)}")  # fmt: skip
    returns = torch.zeros_like(rewards)
    running = torch.zeros_like(rewards[..., 0]) if rewards.shape[-1] else rewards
    for t in reversed(range(rewards.shape[-1])):
        if ends is not None:
            running = running.masked_fill(ends[..., t], 0.0)
        running = rewards[..., t] + gamma * running
        returns[..., t] = running
    return returns


def policy_gradient_loss(
    logits: Float[Tensor, "n actions"],
    actions: Tensor,
    returns: Tensor,
    baseline: Tensor | None = None,
) -> Float[Tensor, ""]:
    """Return minus the mean of advantage times log-probability of the action that was taken: one of each (N,).

    The advantage, return minus baseline, is detached. Raises ValueError without a step, or for other shapes.
    """
    n = len(actions)
    if (
        not n
        or any(part.shape != (n,) for part in (actions, returns, baseline) if part is not None)
        or len(logits) != n
    ):
        raise ValueError(
            f"{n} actions, returns of {tuple(returns.shape)}, logits of {tuple(logits.shape)}; expected N of each"
        )
    advantage = (returns if baseline is None else returns - baseline).detach()
    return -(logits.log_softmax(dim=-1).gather(1, actions[:, None])[:, 0] * advantage).mean()


@runtime_checkable
class World(Protocol):
    """Several episodes of one task side by side."""

    steps: int  # after so many an episode is cut off

    def reset(self) -> np.ndarray:
        """Begin anew and return what can be seen, (B, F)."""

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Do one action (B,) in each; return what can be seen, the rewards (B,), and which episodes are over (B,)."""


@dataclass(frozen=True)
class Episodes:
    """What was lived through, one row for each episode; `alive` is False from the step after its end on."""

    seen: Tensor  # (B, T, F)
    actions: Tensor  # (B, T)
    rewards: Tensor  # (B, T), 0 after the end
    alive: Tensor  # (B, T)
    over: Tensor  # (B,), whether it came to an end by itself, not by the limit of steps

    @property
    def total(self) -> float:
        """The reward of an episode, on average."""
        return float(self.rewards.sum(dim=1).mean())

    @property
    def length(self) -> float:
        """The steps of an episode, on average."""
        return float(self.alive.sum(dim=1).double().mean())


@torch.no_grad()
def live(policy: nn.Module, world: World, generator: torch.Generator) -> Episodes:
    """Let a policy (observations (B, F) -> logits (B, A)) act in all episodes until each is over or cut off."""
    seen, kept = world.reset(), []
    alive = np.ones(len(seen), dtype=bool)
    over = np.zeros_like(alive)
    for _ in range(world.steps):
        now = torch.as_tensor(seen, dtype=torch.float32)  # (B, F)
        actions = torch.multinomial(policy(now).softmax(dim=-1), 1, generator=generator)[:, 0]  # (B,)
        seen, rewards, ended = world.step(actions.numpy())
        kept.append(
            (now, actions, torch.as_tensor(rewards * alive, dtype=torch.float32), torch.tensor(alive))
        )
        over |= ended & alive
        alive = alive & ~ended
        if not alive.any():
            break
    seen_all, done, paid, lived = (torch.stack(part, dim=1) for part in zip(*kept, strict=True))
    return Episodes(seen_all, done, paid, lived, torch.tensor(over))


def usual(returns: Float[Tensor, "b t"], alive: Bool[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    """Return what was usual at each step: the mean over the episodes that got that far. It is the baseline below."""
    counts = alive.sum(dim=0).clamp(min=1)
    return ((returns * alive).sum(dim=0) / counts).expand_as(returns)


Returns = Callable[[Tensor, float], Tensor]


def improve(
    policy: nn.Module,
    optimizer: torch.optim.Optimizer,
    episodes: Episodes,
    gamma: float,
    returns_of: Returns = discounted_returns,
    sign: float = 1.0,
    by_step: bool = True,
) -> None:
    """Do one step of REINFORCE with advantages that are divided by their spread.

    Args:
        by_step: the baseline is what was usual at the same step (`usual`); else the mean of all returns.
        returns_of: another way to count what came of a step, for experiments; so is a `sign` of -1.
    """
    alive = episodes.alive
    returns = returns_of(episodes.rewards, gamma)  # (B, T)
    baseline = usual(returns, alive) if by_step else returns[alive].mean()
    advantages = (returns - baseline)[alive]  # (N,)
    advantages = sign * advantages / (advantages.std() + 1e-8)
    loss = policy_gradient_loss(policy(episodes.seen[alive]), episodes.actions[alive], advantages)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
