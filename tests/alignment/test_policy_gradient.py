"""KL, advantages and the clipped step: by hand, against torch and scipy, and on a game with a known best move."""

import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.alignment.policy_gradient import (
    advantages_and_returns,
    answer_kl,
    clipped_policy_loss,
    group_advantages,
    improve_on_rewards,
    kl_to_reference,
    measure_kl,
    sample_answers,
)
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.training.loop import TrainConfig

special = pytest.importorskip("scipy.special")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def randn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64)


def tiny(seed: int = 0) -> GPT:
    return GPT(GPTConfig(vocab_size=7, context=8, n_layer=1, n_head=1, n_embd=8), seeded(seed)).double()


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(0, 1000), st.floats(0.01, 30))
def test_kl_is_scipys_and_torchs(vocab, seed, size):
    policy, reference = size * randn(3, vocab, seed=seed), size * randn(3, vocab, seed=seed + 1)
    p, q = special.softmax(policy.numpy(), -1), special.softmax(reference.numpy(), -1)
    found = kl_to_reference(policy, reference)
    np.testing.assert_allclose(found, special.rel_entr(p, q).sum(-1), rtol=1e-7, atol=1e-9)
    pair = [torch.distributions.Categorical(logits=logits) for logits in (policy, reference)]
    torch.testing.assert_close(found, torch.distributions.kl_divergence(*pair), rtol=1e-9, atol=1e-12)
    assert (found >= 0).all()


def test_kl_direction_by_hand():
    """The policy says A or B, the reference almost only A: half of log 0.5 / 0.99 and half of log 0.5 / 0.01."""
    policy, reference = torch.tensor([0.5, 0.5]).log(), torch.tensor([0.99, 0.01]).log()
    expected = 0.5 * math.log(0.5 / 0.99) + 0.5 * math.log(0.5 / 0.01)
    reverse = 0.99 * math.log(0.99 / 0.5) + 0.01 * math.log(0.01 / 0.5)
    assert float(kl_to_reference(policy, reference)) == pytest.approx(expected, rel=1e-6)
    assert float(kl_to_reference(reference, policy)) == pytest.approx(reverse, rel=1e-6)
    assert abs(expected - reverse) > 0.9


def test_kl_is_summed_in_log_space():
    """Probabilities that round to 0 in float32 still cost what they should; excluded tokens cost nothing."""
    reference = torch.tensor([0.0, -200.0])
    assert float(kl_to_reference(torch.tensor([0.0, 0.0]), reference)) == pytest.approx(100 - math.log(2))
    excluded = torch.tensor([0.0, -torch.inf], requires_grad=True)
    kl = kl_to_reference(excluded, torch.tensor([0.0, 0.0]))
    assert kl.item() == pytest.approx(math.log(2))
    (gradient,) = torch.autograd.grad(kl, excluded)
    assert gradient.isfinite().all()
    assert float(kl_to_reference(torch.zeros(2), torch.tensor([0.0, -torch.inf]))) == math.inf


@pytest.mark.parametrize("seed", range(20))
def test_equal_models_have_no_distance(seed):
    logits = 10 * randn(50, 33, seed=seed).float()
    assert (kl_to_reference(logits, logits + 3) < 1e-5).all()  # a constant changes no probability
    assert kl_to_reference(logits, logits).tolist() == [0.0] * 50


def test_kl_gradient_reaches_the_policy_only():
    policy, reference = randn(2, 5).requires_grad_(), randn(2, 5, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: kl_to_reference(x, reference.detach()), (policy,))
    kl_to_reference(policy, reference).sum().backward()
    assert reference.grad is None
    assert policy.grad is not None
    log_p, log_q = policy.detach().log_softmax(-1), reference.detach().log_softmax(-1)
    kl = (log_p.exp() * (log_p - log_q)).sum(-1, keepdim=True)
    torch.testing.assert_close(policy.grad, log_p.exp() * (log_p - log_q - kl))


def test_answer_kl_counts_answer_positions_only():
    policy, reference = randn(2, 8, 11), randn(2, 8, 11, seed=1)
    ids, prompts, lengths = torch.zeros(2, 8, dtype=torch.long), torch.tensor([2, 4]), torch.tensor([7, 5])
    each = kl_to_reference(policy, reference)
    expected = torch.stack([each[0, 1:6].sum(), each[1, 3]])
    torch.testing.assert_close(answer_kl(policy, reference, ids, prompts, lengths), expected)


def test_measured_kl_is_that_of_whole_answers():
    """Of all 7 x 7 answers of two tokens: sum p(answer) log p / q, against the mean over 2000 sampled ones."""
    policy, reference, prompt = tiny(), tiny(1), [3]
    with torch.no_grad():
        for parameter in [*policy.parameters(), *reference.parameters()]:
            parameter.mul_(8)
    answers = torch.cartesian_prod(torch.arange(7), torch.arange(7))
    ids = torch.cat((torch.full((49, 1), 3), answers), dim=1)
    log_p, log_q = (
        model(ids).logits[:, :2].log_softmax(-1).gather(-1, answers[..., None]).sum((1, 2)).detach()
        for model in (policy, reference)
    )
    exact = float((log_p.exp() * (log_p - log_q)).sum())
    sampled = sample_answers(policy, [prompt] * 2000, seeded(), stop_ids=set(), max_new_tokens=2)
    kl = measure_kl(policy, reference, sampled, batch_size=512)
    assert kl.shape == (2000,)
    assert float(kl.mean()) == pytest.approx(exact, abs=5 * float(kl.std()) / math.sqrt(2000))
    assert exact > 0.1
    assert measure_kl(policy, policy, sampled[:5]).tolist() == [0.0] * 5


def test_group_advantages_by_hand():
    rewards = torch.tensor([[1.0, 0.0, 0.0, 1.0], [5.0, 5.0, 5.0, 5.0], [0.0, 0.0, 0.0, 4.0]])
    expected = [[1, -1, -1, 1], [0, 0, 0, 0], [-(3**-0.5)] * 3 + [3**0.5]]
    torch.testing.assert_close(group_advantages(rewards), torch.tensor(expected), rtol=1e-4, atol=1e-5)


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(2, 6), st.integers(0, 99), st.floats(0.1, 100), st.floats(-50, 50))
def test_advantages_know_no_unit_and_no_origin(prompts, group, seed, scale, shift):
    rewards = randn(prompts, group, seed=seed)
    found = group_advantages(rewards, eps=0.0)
    torch.testing.assert_close(
        group_advantages(scale * rewards + shift, eps=0.0), found, rtol=1e-6, atol=1e-6
    )
    torch.testing.assert_close(found.mean(1), torch.zeros(prompts).double(), rtol=0, atol=1e-9)
    torch.testing.assert_close(found.square().mean(1), torch.ones(prompts).double())


@settings(deadline=None)
@given(st.integers(1, 6), st.floats(0, 1), st.floats(0, 1), st.integers(0, 99))
def test_advantages_are_the_sum_that_the_paper_defines(steps, gamma, lam, seed):
    """A_t = sum over l of (gamma lam)^l (r_{t+l} + gamma V_{t+l+1} - V_{t+l}), written out."""
    rewards, values = randn(2, steps, seed=seed), randn(2, steps, seed=seed + 1)
    found, returns = advantages_and_returns(rewards, values, gamma, lam)
    for b in range(2):
        v = [*values[b].tolist(), 0.0]
        surprise = [float(rewards[b, t]) + gamma * v[t + 1] - v[t] for t in range(steps)]
        for t in range(steps):
            expected = sum((gamma * lam) ** k * surprise[t + k] for k in range(steps - t))
            assert float(found[b, t]) == pytest.approx(expected, abs=1e-9)
            assert float(returns[b, t]) == pytest.approx(expected + v[t], abs=1e-9)


def test_with_lam_1_the_returns_are_what_really_came():
    rewards = torch.tensor([[1.0, 2.0, 4.0]])
    advantages, returns = advantages_and_returns(rewards, torch.tensor([[3.0, 3.0, 3.0]]), 0.5, 1.0)
    assert returns.tolist() == [[3.0, 4.0, 4.0]]
    assert advantages.tolist() == [[0.0, 1.0, 1.0]]


def test_advantages_and_returns_are_detached():
    rewards, values = randn(2, 3).requires_grad_(), randn(2, 3, seed=1).requires_grad_()
    assert not group_advantages(rewards).requires_grad
    assert not any(part.requires_grad for part in advantages_and_returns(rewards, values))


ONE = torch.ones(1, 1, dtype=torch.bool)


@pytest.mark.parametrize(
    ("ratio", "advantage", "loss", "moves"),
    [
        (1.0, 2.0, -2.0, True),
        (1.1, 2.0, -2.2, True),
        (1.5, 2.0, -2.4, False),  # good and already much more probable: nothing more to gain
        (0.5, 2.0, -1.0, True),  # good, but less probable than it was: come back
        (0.5, -2.0, 1.6, False),  # bad and already much less probable
        (1.5, -2.0, 3.0, True),  # bad, and more probable than it was
    ],
)
def test_clipping_by_hand(ratio, advantage, loss, moves):
    old = torch.tensor([[-1.5]], dtype=torch.float64)
    new = (old + math.log(ratio)).requires_grad_()
    found = clipped_policy_loss(new, old, torch.full_like(old, advantage), ONE, 0.2)
    assert found.item() == pytest.approx(loss)
    (gradient,) = torch.autograd.grad(found, new)
    assert gradient.item() == pytest.approx(-ratio * advantage if moves else 0.0)


def test_clipped_gradient_reaches_the_new_log_probs_only():
    new, old, advantages = (randn(3, 4, seed=i).requires_grad_() for i in range(3))
    counts = torch.rand(3, 4, generator=seeded()) < 0.7
    fixed = (old.detach(), advantages.detach(), counts)
    assert torch.autograd.gradcheck(lambda x: clipped_policy_loss(x, *fixed), (new,))
    clipped_policy_loss(new, old, advantages, counts).backward()
    assert old.grad is None
    assert advantages.grad is None
    assert new.grad is not None
    assert (new.grad[~counts] == 0).all()


def test_first_step_is_the_plain_policy_gradient():
    """While nothing has moved, the gradient is that of -A log p (Williams 1992)."""
    new, advantages = randn(3, 4).requires_grad_(), randn(3, 4, seed=1)
    counts = torch.ones(3, 4, dtype=torch.bool)
    (clipped,) = torch.autograd.grad(clipped_policy_loss(new, new.detach(), advantages, counts), new)
    (plain,) = torch.autograd.grad(-(advantages * new).mean(), new)
    torch.testing.assert_close(clipped, plain)


def play(beta: float, steps: int = 60) -> tuple[GPT, GPT, list[float]]:
    """Reward: how often the answer of four tokens says 5."""
    policy, reference = tiny(), tiny()
    settings = TrainConfig(steps=steps, lr=1e-2, warmup=2, weight_decay=0.0)
    _, rewards = improve_on_rewards(
        policy,
        reference,
        [[1], [2, 3]],
        lambda prompt, answer: answer.count(5) / 4,
        settings,
        seeded(3),
        stop_ids=set(),
        beta=beta,
        max_new_tokens=4,
        progress=False,
    )
    return policy, reference, rewards


@pytest.mark.slow
def test_rewards_go_up_and_kl_has_its_price():
    cheap, reference, rewards = play(beta=0.0)
    assert len(rewards) == 60
    assert rewards[0] < 0.4 < 0.9 < rewards[-1]
    dear, _, kept = play(beta=3.0)
    assert kept[-1] < 0.6
    answers = [sample_answers(model, [[1]] * 50, seeded(), set(), 4) for model in (cheap, dear)]
    kl = [float(measure_kl(m, reference, a).mean()) for m, a in zip((cheap, dear), answers, strict=True)]
    assert kl[1] < 0.3 < 3 < kl[0] < 4 * math.log(7) + 1


def test_reference_is_frozen():
    _, reference, _ = play(beta=0.5, steps=6)
    assert all(parameter.grad is None for parameter in reference.parameters())
    assert not any(parameter.requires_grad for parameter in reference.parameters())
    for parameter, before in zip(reference.parameters(), tiny().parameters(), strict=True):
        assert torch.equal(parameter, before)


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input():
    model, ok = tiny(), torch.zeros(1, 1)
    with pytest.raises(ValueError, match="at least 2 to compare"):
        group_advantages(torch.zeros(3, 1))
    with pytest.raises(ValueError, match=r"gamma=1\.5"):
        advantages_and_returns(ok, ok, gamma=1.5)
    with pytest.raises(ValueError, match="clip=0"):
        clipped_policy_loss(ok, ok, ok, ONE, 0)
    with pytest.raises(ValueError, match="counts is False"):
        clipped_policy_loss(ok, ok, ok, ~ONE)
    arguments = ([[1]], lambda *_: 0, TrainConfig(1, warmup=0), seeded(), set())
    with pytest.raises(ValueError, match="one model"):
        improve_on_rewards(model, model, *arguments)
    with pytest.raises(ValueError, match="beta=-1"):
        improve_on_rewards(model, copy.deepcopy(model), *arguments, beta=-1)
    for options in ({"group": 1}, {"prompts_per_step": 0}, {"uses": 0}, {"max_new_tokens": 0}):
        ((name, value),) = options.items()
        with pytest.raises(ValueError, match=f"{name}={value}; expected at least"):
            improve_on_rewards(model, copy.deepcopy(model), *arguments, **options)
    for prompts, message in (([], "of 0 prompts"), ([[1], [2] * 9], "has 9 tokens.*at most the context's")):
        with pytest.raises(ValueError, match=message):
            improve_on_rewards(model, copy.deepcopy(model), prompts, *arguments[1:])
    for reward in (math.nan, None):
        with pytest.raises(ValueError, match=f"reward returned {reward}; expected a finite number"):
            improve_on_rewards(
                model, copy.deepcopy(model), [[1]], lambda *_, r=reward: r, *arguments[2:], max_new_tokens=4
            )
    cut = TrainConfig(1, warmup=0, accumulate=2)
    with pytest.raises(ValueError, match="accumulate=2"):
        improve_on_rewards(
            model, copy.deepcopy(model), *arguments[:2], cut, seeded(), set(), max_new_tokens=4
        )
    with pytest.raises(ValueError, match=r"reference_logits.shape=\(1, 3\); expected \(2, 3\)"):
        kl_to_reference(torch.zeros(2, 3), torch.zeros(1, 3))
    with pytest.raises(ValueError, match="0 items"):
        measure_kl(model, model, [])


def test_a_row_that_was_cut_off_and_episodes_that_ended():
    """By hand, beside the rows taken apart: what comes after an end changes nothing before it."""
    rewards, values, last = randn(2, 6), randn(2, 6, seed=1), randn(2, seed=2)
    ends = torch.zeros(2, 6, dtype=torch.bool)
    ends[0, 2] = ends[1, 5] = True
    found, returns = advantages_and_returns(rewards, values, 0.9, 0.8, last, ends)
    first, _ = advantages_and_returns(rewards[:1, :3], values[:1, :3], 0.9, 0.8)
    second, _ = advantages_and_returns(rewards[:1, 3:], values[:1, 3:], 0.9, 0.8, last[:1])
    assert torch.allclose(found[:1], torch.cat((first, second), dim=1))
    ended, _ = advantages_and_returns(rewards[1:], values[1:], 0.9, 0.8)
    assert torch.allclose(found[1:], ended), "after an end nothing is expected, whatever last_value says"
    assert torch.allclose(returns, found + values)
    step, _ = advantages_and_returns(rewards[:, :1], values[:, :1], 0.9, 0.8, last)
    assert torch.allclose(step[:, 0], rewards[:, 0] + 0.9 * last - values[:, 0])


def test_advantages_in_the_unit_of_the_rewards():
    rewards = torch.tensor([[1.0, 0.0, 0.0, 0.0], [3.0, 1.0, 3.0, 1.0]])
    assert group_advantages(rewards, scale=False).tolist() == [
        [0.75, -0.25, -0.25, -0.25],
        [1.0, -1.0, 1.0, -1.0],
    ]
