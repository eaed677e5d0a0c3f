"""The recurrent networks against torch.nn with the same weights, and memory that lasts or fades."""

import math

import pytest
import torch
from torch import nn

from course_lib.models.rnn import RNN, RecurrentLM, RNNConfig, detach, gradient_by_step
from course_lib.training.loop import TrainConfig, train

ORACLES = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
KINDS = pytest.mark.parametrize("kind", ORACLES)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(kind: str, n_in: int = 5, n_hidden: int = 7, dtype=torch.float64) -> RNN:
    model = RNN(RNNConfig(n_in, n_hidden, kind), seeded()).to(dtype)
    with torch.no_grad():  # larger weights than at the start, so that a mistake cannot hide
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=seeded(parameter.numel())))
    return model


def oracle(model: RNN) -> nn.RNNBase:
    """The same weights in torch's own layer."""
    cell, config = model.cell, model.config
    twin = ORACLES[config.kind](config.n_in, config.n_hidden, batch_first=True, dtype=cell.input.weight.dtype)
    twin.load_state_dict(
        {
            "weight_ih_l0": cell.input.weight,
            "weight_hh_l0": cell.recurrent.weight,
            "bias_ih_l0": cell.input.bias,
            "bias_hh_l0": cell.recurrent.bias,
        }
    )
    return twin


def torch_state(state):
    return tuple(part[None] for part in state) if len(state) == 2 else state[0][None]


@KINDS
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
@pytest.mark.parametrize("carried", [False, True])
def test_outputs_states_and_gradients_agree_with_torch_nn(kind, dtype, tolerance, carried):
    model = make(kind, dtype=dtype)
    twin = oracle(model)
    x = torch.randn(3, 9, 5, generator=seeded(1), dtype=dtype)
    state = tuple(torch.randn(3, 7, generator=seeded(s), dtype=dtype) for s in range(model.cell.n_states))
    ours_x, theirs_x = x.clone().requires_grad_(), x.clone().requires_grad_()
    out = model(ours_x, state if carried else None)
    hidden, last = twin(theirs_x, torch_state(state) if carried else None)
    torch.testing.assert_close(out.stacked, hidden, atol=tolerance, rtol=tolerance)
    last = last if isinstance(last, tuple) else (last,)
    for a, b in zip(out.state, last, strict=True):
        torch.testing.assert_close(a, b[0], atol=tolerance, rtol=tolerance)
    weights = torch.randn(3, 9, 7, generator=seeded(2), dtype=dtype)
    ((out.stacked * weights).sum() + out.state[-1].sum()).backward()
    ((hidden * weights).sum() + last[-1].sum()).backward()
    loose = 100 * tolerance  # sums of products of nine steps
    torch.testing.assert_close(ours_x.grad, theirs_x.grad, atol=loose, rtol=loose)
    pairs = {"weight_ih_l0": model.cell.input.weight, "weight_hh_l0": model.cell.recurrent.weight}
    pairs |= {"bias_ih_l0": model.cell.input.bias, "bias_hh_l0": model.cell.recurrent.bias}
    for name, parameter in pairs.items():
        theirs = getattr(twin, name).grad
        torch.testing.assert_close(parameter.grad, theirs, atol=loose, rtol=loose)


@KINDS
def test_gradcheck(kind):
    model = make(kind, 3, 2)
    x = torch.randn(2, 3, 3, generator=seeded(1), dtype=torch.float64, requires_grad=True)
    names = [name for name, _ in model.named_parameters()]

    def f(x, *weights):
        return torch.func.functional_call(model, dict(zip(names, weights, strict=True)), (x,)).stacked

    assert torch.autograd.gradcheck(f, (x, *model.parameters()))


@KINDS
@pytest.mark.parametrize("cuts", [[1] * 9, [4, 5]])
def test_reading_in_parts_is_reading_at_once(kind, cuts):
    model = make(kind)
    x = torch.randn(2, 9, 5, generator=seeded(1), dtype=torch.float64)
    state, parts = None, []
    for part in x.split(cuts, dim=1):
        out = model(part, state)
        state = detach(out.state)
        parts.append(out.stacked)
        assert not any(piece.requires_grad for piece in state)
    whole = model(x)
    torch.testing.assert_close(torch.cat(parts, 1), whole.stacked, atol=1e-12, rtol=0)
    for a, b in zip(state, whole.state, strict=True):
        torch.testing.assert_close(a, b, atol=1e-12, rtol=0)


@KINDS
def test_order_matters_and_the_future_does_not_leak(kind):
    model = make(kind)
    x = torch.randn(1, 6, 5, generator=seeded(1), dtype=torch.float64)
    swapped = x[:, [1, 0, 2, 3, 4, 5]]
    assert (model(x).hidden[-1] - model(swapped).hidden[-1]).abs().max() > 1e-6
    changed = x.clone()
    changed[:, 4] += 1
    before, after = model(x).stacked, model(changed).stacked
    assert torch.equal(before[:, :4], after[:, :4])
    assert not torch.equal(before[:, 4], after[:, 4])


def test_gradient_by_step_by_hand():
    """One unit, no input: h' = tanh(u h), so each step multiplies the slope by u (1 - h'^2)."""
    model = RNN(RNNConfig(1, 1)).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.cell.recurrent.weight.fill_(0.9)
    h, slopes = 0.5, []
    for _ in range(4):
        h = math.tanh(0.9 * h)
        slopes.append(0.9 * (1 - h * h))
    out = model(torch.zeros(1, 4, 1, dtype=torch.float64), (torch.full((1, 1), 0.5, dtype=torch.float64),))
    expected = [math.prod(slopes[step + 1 :]) for step in range(4)]
    assert gradient_by_step(out) == pytest.approx(expected, rel=1e-12)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_plain_state_fades_and_a_kept_memory_does_not():
    x = torch.randn(8, 40, 4, generator=seeded(1))
    plain = gradient_by_step(RNN(RNNConfig(4, 32, "rnn"), seeded())(x))
    lstm = RNN(RNNConfig(4, 32, "lstm"), seeded())
    with torch.no_grad():
        lstm.cell.input.bias[32:64] = 10.0  # keep everything
        lstm.cell.input.bias[96:] = 10.0  # show everything
    kept = gradient_by_step(lstm(x))
    assert plain[-1] == pytest.approx(math.sqrt(32), rel=1e-5)
    assert plain[0] / plain[-1] < 1e-4
    assert kept[0] > 0
    memory = torch.ones(1, 32)
    still = lstm(torch.zeros(1, 1, 4), (torch.zeros(1, 32), memory))
    assert (still.state[1] - memory).abs().max() < 0.25


@KINDS
def test_same_seed_same_model(kind):
    a, b = (RecurrentLM(11, 8, kind, seeded(3)) for _ in range(2))
    for name, tensor in a.state_dict().items():
        assert torch.equal(tensor, b.state_dict()[name]), name


@KINDS
def test_the_language_model_learns_to_repeat_what_it_saw_one_step_ago(kind):
    model = RecurrentLM(6, 24, kind, seeded())

    def next_batch(generator):
        ids = torch.randint(6, (16, 6), generator=generator)
        targets = torch.full_like(ids, -100)
        targets[:, 1:] = ids[:, :-1]
        return ids, targets

    history = train(model, next_batch, TrainConfig(40, lr=3e-2, warmup=2), seeded(1), progress=False)
    assert history.loss[0] > 1.5
    assert history.loss[-1] < 0.8
    ids = torch.randint(6, (1, 7), generator=seeded(4))
    first = model(ids[:, :3])
    rest = model(ids[:, 3:], state=first.state)
    torch.testing.assert_close(torch.cat((first.logits, rest.logits), 1), model(ids).logits)
    assert first.loss is None


BAD_IDS = [
    (torch.tensor([[7]]), "ids has the id 7; expected 0 to 6"),
    (torch.tensor([[0, -1]]), "ids has the id -1; expected 0 to 6"),
    (torch.tensor([1, 2]), r"ids has shape \(2,\)"),
    (torch.tensor([[1.0]]), "dtype torch.float32; expected a tensor"),
    (torch.zeros(2, 0).long(), "no tokens"),
    ([[1, 2]], r"ids has \[\[1, 2\]\]; expected a tensor"),
]


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input_is_refused():
    for options, message in [
        ({"n_in": 0}, "n_in=0"),
        ({"n_hidden": -2}, "n_hidden=-2"),
        ({"kind": "x"}, "kind='x'"),
    ]:
        with pytest.raises(ValueError, match=message):
            RNNConfig(**{"n_in": 2} | options)
    model = RNN(RNNConfig(2, 3, "lstm"))
    for shape in [(4, 2), (4, 0, 2), (4, 5, 3)]:
        with pytest.raises(ValueError, match=r"x.shape=.*expected \(batch, time, 2\)"):
            model(torch.zeros(shape))
    with pytest.raises(
        ValueError, match=r"state has the shapes \[\(4, 3\)\]; expected \[\(4, 3\), \(4, 3\)\]"
    ):
        model(torch.zeros(4, 5, 2), (torch.zeros(4, 3),))
    with pytest.raises(ValueError, match=r"x\.dtype=torch.float64; expected torch.float32"):
        model(torch.zeros(4, 5, 2).double())
    with pytest.raises(ValueError, match=r"state\.dtype=torch.float64"):
        model(torch.zeros(4, 5, 2), (torch.zeros(4, 3), torch.zeros(4, 3).double()))
    reader, ids = RecurrentLM(7, 3), torch.tensor([[1, 2]])
    for bad, message in BAD_IDS:
        with pytest.raises(ValueError, match=message):
            reader(bad)
    with pytest.raises(ValueError, match=r"targets.shape=\(1, 1\); expected \(1, 2\)"):
        reader(ids, ids[:, :1])
    with pytest.raises(ValueError, match="targets has the id 7; expected 0 to 6"):
        reader(ids, ids + 5)
    with pytest.raises(ValueError, match="batch_size=0"):
        model.start(0)
    with pytest.raises(ValueError, match="vocab_size=0"):
        RecurrentLM(0)
