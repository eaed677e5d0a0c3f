"""The MLP against torch.nn.Sequential, and gradients that vanish or not."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.models.mlp import MLP, MLPConfig, gradient_by_layer

BENDS = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": lambda: nn.GELU(approximate="tanh"),
    "identity": nn.Identity,
}


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def sequential(model: MLP) -> nn.Sequential:
    """The same weights in torch's own container."""
    parts = []
    for layer in model.layers:
        twin = nn.Linear(layer.in_features, layer.out_features, dtype=layer.weight.dtype)
        twin.load_state_dict(layer.state_dict())
        parts += [twin, BENDS[model.config.activation]()]
    return nn.Sequential(*parts[:-1])


@pytest.mark.parametrize("activation", BENDS)
@pytest.mark.parametrize("hidden", [(), (7,), (9, 5, 6)])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_mlp_agrees_with_torch_nn(activation, hidden, dtype, tolerance):
    model = MLP(MLPConfig(6, 3, hidden, activation), seeded()).to(dtype)
    twin = sequential(model)
    x = torch.randn(11, 6, generator=seeded(1)).to(dtype)
    out = model(x, return_states=True)
    torch.testing.assert_close(out.logits, twin(x), atol=tolerance, rtol=tolerance)
    assert [state.shape[1] for state in out.states] == [6, *hidden]
    torch.testing.assert_close(model.layers[-1](out.states[-1]), out.logits)
    out.logits.square().sum().backward()
    twin(x).square().sum().backward()
    theirs = dict(zip(model.state_dict(), twin.parameters(), strict=True))
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(
            parameter.grad, theirs[name].grad, atol=tolerance * 10, rtol=tolerance * 10
        )


@pytest.mark.parametrize("activation", BENDS)
def test_gradcheck(activation):
    model = MLP(MLPConfig(4, 2, (5, 3), activation), seeded(2)).double()
    x = torch.randn(3, 4, generator=seeded(3), dtype=torch.float64, requires_grad=True)
    with torch.no_grad():  # away from the bend of ReLU, where no slope is right
        for layer in model.layers:
            layer.bias.normal_(generator=seeded(4))
    names = [name for name, _ in model.named_parameters()]

    def f(x, *weights):
        state = dict(zip(names, weights, strict=True))
        return torch.func.functional_call(model, state, (x,)).logits

    assert torch.autograd.gradcheck(f, (x, *model.parameters()))


def test_gradients_vanish_through_sigmoids_only():
    """The share of the gradient that reaches the first of twenty layers."""
    share = {}
    x = torch.randn(64, 32, generator=seeded(6))
    labels = torch.randint(10, (64,), generator=seeded(7))
    for activation in ("sigmoid", "tanh", "relu"):
        model = MLP(MLPConfig(32, 10, (32,) * 19, activation), seeded(8))
        sizes = gradient_by_layer(model, F.cross_entropy(model(x).logits, labels))
        assert len(sizes) == 20
        assert all(parameter.grad is None for parameter in model.parameters())
        share[activation] = sizes[0] / sizes[-1]
    assert share["sigmoid"] < 1e-9
    assert 0.01 < share["tanh"] < 10
    assert 0.01 < share["relu"] < 10


def test_gradient_by_layer_by_hand():
    model = MLP(MLPConfig(2, 1, (), "identity"))
    x = torch.tensor([[3.0, 4.0]])
    assert gradient_by_layer(model, model(x).logits.sum()) == pytest.approx([math.sqrt(12.5)])


def test_the_start_keeps_the_size_of_signals():
    x = torch.randn(256, 200, generator=seeded(9))
    model = MLP(MLPConfig(200, 200, (200,) * 10, "relu"), seeded(10))
    sizes = [float(state.detach().square().mean()) for state in model(x, return_states=True).states[1:]]
    assert all(0.3 < size < 3 for size in sizes)
    again = MLP(model.config, seeded(10))
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


def test_images_are_flattened():
    model = MLP(MLPConfig(64, 10), seeded())
    images = torch.rand(5, 1, 8, 8, generator=seeded(1))
    assert torch.equal(model(images).logits, model(images.flatten(1)).logits)


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input_is_refused():
    for options, message in [
        ({"n_in": 0}, "n_in=0"),
        ({"n_out": -1}, "n_out=-1"),
        ({"hidden": (3, 0)}, r"hidden=\(3, 0\)"),
        ({"activation": "softmax"}, "activation='softmax'"),
    ]:
        with pytest.raises(ValueError, match=message):
            MLPConfig(**{"n_in": 2, "n_out": 2} | options)
    with pytest.raises(ValueError, match=r"x.shape=\(5, 3\); expected \(batch, 2\)"):
        MLP(MLPConfig(2, 2))(torch.zeros(5, 3))
    with pytest.raises(ValueError, match=r"x\.dtype=torch\.int64"):
        MLP(MLPConfig(2, 2))(torch.zeros(5, 2, dtype=torch.long))
    with pytest.raises(ValueError, match=r"x\.dtype=torch\.float64; expected torch\.float32"):
        MLP(MLPConfig(2, 2))(torch.zeros(5, 2).double())
