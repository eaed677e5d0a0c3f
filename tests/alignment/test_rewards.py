"""The better answer gets more, and only the difference counts."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.alignment.rewards import (
    RewardModel,
    draw_pairs,
    make_preferences,
    reward_loss,
    rewards_of,
    train_reward_model,
)
from course_lib.data.facts import SPECIAL_TOKENS
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.loop import TrainConfig

TOKENIZER = BytePairTokenizer([], SPECIAL_TOKENS)
SCORES = st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), min_size=1, max_size=8)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tiny(seed: int = 0) -> GPT:
    shape = GPTConfig(vocab_size=TOKENIZER.vocab_size, context=16, n_layer=1, n_head=2, n_embd=16)
    return GPT(shape, seeded(seed)).double()


def columns(scores: list[tuple[float, float]]) -> tuple[torch.Tensor, torch.Tensor]:
    chosen, rejected = torch.tensor(scores, dtype=torch.float64).T
    return chosen, rejected


@settings(deadline=None)
@given(SCORES, st.floats(-5, 5))
def test_loss_is_bradley_and_terrys(scores, shift):
    """P(chosen wins) = e^chosen / (e^chosen + e^rejected), its log by hand; a constant changes nothing."""
    chosen, rejected = columns(scores)
    log_p = [c - max(c, r) - math.log(math.exp(c - max(c, r)) + math.exp(r - max(c, r))) for c, r in scores]
    loss = float(reward_loss(chosen, rejected))
    assert loss == pytest.approx(-sum(log_p) / len(log_p), rel=1e-9, abs=1e-9)
    assert float(reward_loss(chosen + shift, rejected + shift)) == pytest.approx(loss, rel=1e-9, abs=1e-9)


def test_sign_and_size():
    zero = torch.zeros(3, dtype=torch.float64)
    assert float(reward_loss(zero, zero)) == pytest.approx(math.log(2))
    losses = [float(reward_loss(zero + margin, zero)) for margin in (-5, -1, 0, 1, 5)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(math.log1p(math.exp(-5)))
    assert float(reward_loss(zero - 1e4, zero)) == pytest.approx(1e4)  # finite where sigmoid is 0


def test_gradient():
    chosen, rejected = columns([(0.3, -1.0), (-2.0, 1.5)])
    assert torch.autograd.gradcheck(reward_loss, (chosen.requires_grad_(), rejected.requires_grad_()))
    reward_loss(chosen, rejected).backward()
    assert chosen.grad is not None
    assert rejected.grad is not None
    assert (chosen.grad < 0).all()  # a step downhill raises the chosen reward
    torch.testing.assert_close(rejected.grad, -chosen.grad)
    torch.testing.assert_close(chosen.grad, -torch.sigmoid(rejected - chosen).detach() / 2)


def test_reward_is_read_off_the_last_state():
    """Padding changes nothing, and neither does being in a batch; the last token does."""
    model = RewardModel(tiny())
    with torch.no_grad():
        model.score.weight.normal_(generator=seeded(1))
    ids = torch.randint(50, (2, 9), generator=seeded())
    lengths = torch.tensor([9, 4])
    rewards = model(ids, lengths)
    torch.testing.assert_close(rewards[1:], model(ids[1:, :4], torch.tensor([4])))
    states = model.gpt(ids[:1], return_states=True).states
    torch.testing.assert_close(rewards[0], model.gpt.norm(states[-1][0, -1]) @ model.score.weight[0])
    other = ids.clone()
    other[1, 4:] = 7
    assert torch.equal(model(other, lengths), rewards)
    other[1, 3] = (other[1, 3] + 1) % 50
    assert model(other, lengths)[1] != rewards[1]
    for bad in ([0, 4], [10, 4]):
        with pytest.raises(ValueError, match="lengths"):
            model(ids, torch.tensor(bad))


def test_a_new_reward_model_holds_everything_worth_the_same():
    assert RewardModel(tiny())(torch.ones(2, 3, dtype=torch.long), torch.tensor([3, 2])).tolist() == [0, 0]


def test_pairs_keep_their_order():
    preferences = make_preferences(TOKENIZER, [("a?", "yes", "no"), ("b?", "x", "zzzz")])
    ids, bounds = draw_pairs(preferences, [1, 0])
    read = [TOKENIZER.decode(row[a:b]) for row, (a, b) in zip(ids.tolist(), bounds.tolist(), strict=True)]
    assert read == ["x<|end|>", "yes<|end|>", "zzzz<|end|>", "no<|end|>"]
    with pytest.raises(ValueError, match="both answers to 'a\\?'"):
        make_preferences(TOKENIZER, [("a?", "yes", "yes")])
    with pytest.raises(ValueError, match="empty"):
        make_preferences(TOKENIZER, [])


def test_it_learns_a_preference_and_carries_it_to_new_pairs():
    """Answers with y are better than answers with n, whatever the question."""
    words = [("yes", "no"), ("y", "n"), ("yy", "nn")]
    known = make_preferences(TOKENIZER, [(q, a, b) for q in "abcd" for a, b in words])
    new = make_preferences(TOKENIZER, [(q, a, b) for q in "efgh" for a, b in words])
    model = RewardModel(tiny())
    settings = TrainConfig(steps=40, lr=5e-3, warmup=5)
    history = train_reward_model(model, known, settings, seeded(2), 8, progress=False)
    assert history.loss[0] == pytest.approx(math.log(2))
    chosen = rewards_of(model, [pair.chosen for pair in new], batch_size=5)
    rejected = rewards_of(model, [pair.rejected for pair in new])
    assert (chosen > rejected).all()


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input():
    empty = torch.zeros(0)
    with pytest.raises(ValueError, match="at least one pair"):
        reward_loss(empty, empty)
    with pytest.raises(ValueError, match=r"chosen.shape=\(2,\), rejected.shape=\(1,\); expected as many"):
        reward_loss(torch.zeros(2), torch.zeros(1))
    pairs = make_preferences(TOKENIZER, [("a", "b", "c")])
    with pytest.raises(ValueError, match="batch_size=0"):
        train_reward_model(RewardModel(tiny()), pairs, TrainConfig(1, warmup=0), seeded(), 0)
    with pytest.raises(ValueError, match="accumulate=2"):
        train_reward_model(RewardModel(tiny()), pairs, TrainConfig(1, warmup=0, accumulate=2), seeded())
    with pytest.raises(ValueError, match="batch_size=0"):
        rewards_of(RewardModel(tiny()), [pairs[0].chosen], 0)
    long = make_preferences(TOKENIZER, [("a" * 20, "b", "c")])
    with pytest.raises(ValueError, match="context is 16"):
        train_reward_model(RewardModel(tiny()), long, TrainConfig(1, warmup=0), seeded())
