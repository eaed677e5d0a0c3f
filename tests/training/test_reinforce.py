"""Returns, losses and worlds of lesson 09: against definitions, torch, and Gymnasium itself."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
import torch
from torch import nn

from course_lib.alignment.policy_gradient import advantages_and_returns
from course_lib.explore.balance import CartPole, new_policy
from course_lib.explore.reward_gaming import Hill, height
from course_lib.training.reinforce import (
    discounted_returns,
    epsilon_greedy,
    improve,
    live,
    policy_gradient_loss,
    usual,
)


def test_returns_are_those_of_lesson_11_without_a_value() -> None:
    dice = torch.Generator().manual_seed(0)
    rewards, ends = torch.randn(3, 9, generator=dice), torch.rand(3, 9, generator=dice) < 0.3
    for gamma in (0, 0.5, 0.97, 1):
        _, theirs = advantages_and_returns(rewards, torch.zeros(3, 9), gamma, 1.0, ends=ends)
        torch.testing.assert_close(discounted_returns(rewards, gamma, ends), theirs)
    assert discounted_returns(torch.zeros(0), 0.9).shape == (0,)
    for gamma, other in ((1.1, None), (-0.1, None), (0.5, ends[:, :4])):
        with pytest.raises(ValueError, match="expected"):
            discounted_returns(rewards, gamma, other)


def test_the_loss_is_weighted_cross_entropy_and_reaches_the_logits_only() -> None:
    dice = torch.Generator().manual_seed(1)
    logits, returns, baseline = (
        torch.randn(*shape, generator=dice).requires_grad_() for shape in ((6, 4), (6,), (6,))
    )
    actions = torch.tensor([0, 3, 1, 2, 2, 0])
    loss = policy_gradient_loss(logits, actions, returns, baseline)
    theirs = (nn.functional.cross_entropy(logits, actions, reduction="none") * (returns - baseline)).mean()
    torch.testing.assert_close(loss, theirs)
    loss.backward()
    assert logits.grad is not None
    assert returns.grad is None
    assert baseline.grad is None
    with pytest.raises(ValueError, match="expected"):
        policy_gradient_loss(logits, actions, returns[:, None])


def test_epsilon_greedy_follows_its_distribution() -> None:
    dice, values = torch.Generator().manual_seed(0), torch.tensor([-1.0, -1.0, -3.0])
    drawn = (
        torch.tensor([epsilon_greedy(values, 0.3, dice) for _ in range(4000)]).bincount(minlength=3) / 4000
    )
    torch.testing.assert_close(drawn, torch.tensor([0.45, 0.45, 0.1]), atol=0.03, rtol=0)
    assert {epsilon_greedy(values, 0, dice) for _ in range(50)} == {0, 1}
    for wrong, epsilon in ((values, 1.1), (values[:0], 0.5), (values[None], 0.5)):
        with pytest.raises(ValueError, match="expected"):
            epsilon_greedy(wrong, epsilon, dice)


def test_the_hill_is_gymnasiums() -> None:
    """The same pushes take both cars to the same places, to the flag included."""
    theirs, ours = gymnasium.make("MountainCar-v0", max_episode_steps=1000), Hill(1, 0)
    seen, _ = theirs.reset(seed=0)
    ours.reset()
    ours.x, ours.v = seen[:1].astype(float), seen[1:].astype(float)
    over = False
    for step in range(400):
        action = 2 if ours.v[0] >= 0 else 0
        action = 1 if step % 7 == 3 else action
        seen, _, over, _, _ = theirs.step(action)
        _, rewards, done = ours.step(np.array([action]))
        assert (float(seen[0]), float(seen[1])) == pytest.approx((ours.x[0], ours.v[0]), abs=1e-4)
        assert bool(done[0]) == over
        assert rewards[0] == pytest.approx(float(height(ours.x)[0]))
        if over:
            break
    assert over
    left = Hill(1, 0)
    left.x, left.v = np.array([-1.199]), np.array([-0.07])
    left.step(np.array([0]))
    assert (left.x[0], left.v[0]) == (-1.2, 0.0)  # the wall stops it
    paid = Hill(1, 0, bonus=100.0, endless=True)
    paid.x, paid.v = np.array([0.49]), np.array([0.07])
    _, rewards, done = paid.step(np.array([2]))
    assert rewards[0] > 100
    assert not done[0]
    assert paid.reached[0]


def test_an_episode_is_masked_after_its_end() -> None:
    episodes = live(new_policy(4, 16, 2, 0), CartPole(6, 0), torch.Generator().manual_seed(0))
    assert episodes.rewards.shape == episodes.alive.shape == episodes.seen.shape[:2]
    assert torch.equal(episodes.rewards, episodes.alive.float())  # 1 for each step that it stays up
    assert bool((episodes.alive[:, 1:] <= episodes.alive[:, :-1]).all())
    assert bool(episodes.over.all())
    assert episodes.total == pytest.approx(episodes.length)
    again = live(new_policy(4, 16, 2, 0), CartPole(6, 0), torch.Generator().manual_seed(0))
    assert torch.equal(again.actions, episodes.actions)
    assert sum(weight.numel() for weight in new_policy(4, 16, 2, 0).parameters()) == 114  # the lesson says so


def test_what_is_usual_counts_the_living_only() -> None:
    returns, alive = torch.tensor([[4.0, 9.0], [2.0, 1.0]]), torch.tensor([[True, False], [True, True]])
    assert usual(returns, alive).tolist() == [[3.0, 1.0], [3.0, 1.0]]


@pytest.mark.parametrize("by_step", [True, False])
def test_one_update_makes_what_went_better_more_probable(by_step: bool) -> None:
    class Pays:
        """Two steps; action 1 pays."""

        steps = 2

        def reset(self) -> np.ndarray:
            return np.ones((64, 1))

        def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            return np.ones((64, 1)), actions.astype(float), np.zeros(64, dtype=bool)

    policy, dice = new_policy(1, 4, 2, 0), torch.Generator().manual_seed(0)
    before = policy(torch.ones(1, 1)).softmax(-1)[0, 1].item()
    optimizer = torch.optim.SGD(policy.parameters(), 0.1)
    improve(policy, optimizer, live(policy, Pays(), dice), 0.5, by_step=by_step)
    after = policy(torch.ones(1, 1)).softmax(-1)[0, 1].item()
    assert after > before
