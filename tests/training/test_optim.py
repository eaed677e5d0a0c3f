"""AdamW written out against torch's, and gradients of a cut batch against those of the whole."""

import copy

import pytest
import torch
from torch import nn

from course_lib.models.gpt import GPT, GPTConfig
from course_lib.training.loop import TrainConfig, counted_targets, make_optimizer, next_token_loss, train
from course_lib.training.optim import AdamW

CLOSE = {"atol": 1e-12, "rtol": 1e-12}


def small_gpt() -> GPT:
    config = GPTConfig(vocab_size=17, context=12, n_layer=2, n_head=2, n_embd=16)
    return GPT(config, torch.Generator().manual_seed(0)).double()


def some_targets(generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Nine rows that count upwards; ever fewer of their targets count, none in the last three."""
    rows = torch.randint(17, (9, 1), generator=generator) + torch.arange(13)
    targets = rows[:, 1:] % 17
    targets = targets.masked_fill(torch.arange(12) >= 2 * torch.tensor([[6, 5, 4, 3, 2, 1, 0, 0, 0]]).T, -100)
    return rows[:, :-1] % 17, targets


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.3},
        {"betas": (0.0, 0.0), "weight_decay": 0.0},
    ],
)
def test_fifty_steps_agree_with_torch(options):
    model = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.LayerNorm(7), nn.Linear(7, 3)).double()
    other = copy.deepcopy(model)
    ours, theirs = AdamW(model.parameters(), **options), torch.optim.AdamW(other.parameters(), **options)
    generator = torch.Generator().manual_seed(1)
    for step in range(50):
        x = torch.randn(4, 5, generator=generator, dtype=torch.float64)
        for network, optimizer in ((model, ours), (other, theirs)):
            optimizer.zero_grad()
            (network(x) ** 2).mean().backward()
            if step % 7 == 3:
                network[0].bias.grad = None  # a parameter that took no part
            optimizer.step()
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a, b, **CLOSE)
    for p, q in zip(ours.state.values(), theirs.state.values(), strict=True):
        assert p.keys() == q.keys()
        for name in p:
            torch.testing.assert_close(p[name], q[name], **CLOSE)


def test_whole_run_with_either_optimizer():
    losses = []
    for name in ("torch", "course"):
        config = TrainConfig(steps=50, lr=1e-2, warmup=5, optimizer=name)
        assert type(make_optimizer(small_gpt(), config)) is (AdamW if name == "course" else torch.optim.AdamW)
        history = train(small_gpt(), some_targets, config, torch.Generator().manual_seed(1), progress=False)
        losses.append(history.loss)
    assert losses[0] == pytest.approx(losses[1], abs=1e-10)
    assert losses[0][-1] < losses[0][0] / 2


@pytest.mark.parametrize("bad", [{"lr": -1.0}, {"betas": (0.9, 1.0)}, {"eps": -1e-8}, {"weight_decay": -0.1}])
def test_impossible_settings_are_refused(bad):
    with pytest.raises(ValueError, match=f"{next(iter(bad))}="):
        AdamW(small_gpt().parameters(), **bad)


@pytest.mark.parametrize("parts", [2, 3, 9])
def test_a_cut_batch_has_the_gradients_of_the_whole(parts):
    """Parts with different numbers of counted targets, some with none."""
    gradients, histories = [], []
    for accumulate in (1, parts):
        model = small_gpt()
        config = TrainConfig(steps=1, warmup=0, accumulate=accumulate)
        histories.append(train(model, some_targets, config, torch.Generator().manual_seed(1), progress=False))
        gradients.append([p.grad for p in model.parameters()])
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b, **CLOSE)
    for name in ("loss", "grad_norm"):
        whole, cut = (getattr(history, name) for history in histories)
        assert whole == pytest.approx(cut, abs=1e-12)
    assert histories[0].tokens_seen == histories[1].tokens_seen == [9 * 12]


def test_what_cannot_be_cut_is_refused():
    def own_loss(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        return next_token_loss(model, batch)

    def run(accumulate: int, **options) -> None:
        config = TrainConfig(steps=1, warmup=0, accumulate=accumulate)
        train(small_gpt(), some_targets, config, torch.Generator(), progress=False, **options)

    with pytest.raises(ValueError, match="needs counted"):
        run(2, loss_function=own_loss)
    run(2, loss_function=own_loss, counted=counted_targets)
    with pytest.raises(ValueError, match="9 rows; expected at least 10"):
        run(10)


def test_a_closure_computes_the_gradients_and_its_loss_is_returned():
    ours, theirs = (torch.tensor([3.0, -1.0], requires_grad=True) for _ in range(2))
    one, other = AdamW([ours], lr=0.1), torch.optim.AdamW([theirs], lr=0.1)
    for optimizer, x in ((one, ours), (other, theirs)):

        def closure(optimizer=optimizer, x=x):
            optimizer.zero_grad()
            loss = x.square().sum()
            loss.backward()
            return loss

        losses = [float(optimizer.step(closure).detach()) for _ in range(3)]
        assert losses[0] == 10.0
        assert losses[2] < losses[1] < losses[0]
    assert torch.allclose(ours, theirs)
