"""The two losses against values by hand, and gradients that reach only the network they are meant for."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.models.gan import Discriminator, GANConfig, Generator, gan_losses, train_step


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def randn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64)


def test_losses_by_hand():
    """A score of log 3 is a probability of 3/4, one of -log 3 is 1/4."""
    real, fake = torch.tensor([math.log(3), 0.0]), torch.tensor([-math.log(3)])
    losses = gan_losses(real, fake)
    by_hand = (math.log(4 / 3) + math.log(2)) / 2 + math.log(4 / 3)
    assert losses.discriminator.item() == pytest.approx(by_hand, rel=1e-6)
    assert losses.generator.item() == pytest.approx(math.log(4), rel=1e-6)
    assert gan_losses(real, fake, "minimax").generator.item() == pytest.approx(math.log(3 / 4), rel=1e-6)
    nothing = torch.zeros(3)
    assert gan_losses(nothing, nothing).discriminator.item() == pytest.approx(2 * math.log(2))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.floats(0.1, 10))
def test_losses_agree_with_cross_entropy(n_real, n_fake, size):
    real, fake = size * randn(n_real), size * randn(n_fake, seed=1)
    bce = F.binary_cross_entropy_with_logits
    expected = bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))
    for variant in ("non_saturating", "minimax"):
        losses = gan_losses(real, fake, variant)
        torch.testing.assert_close(losses.discriminator, expected, atol=1e-12, rtol=1e-12)
    torch.testing.assert_close(losses.generator, -bce(fake, torch.zeros_like(fake)), atol=1e-12, rtol=1e-12)
    losses = gan_losses(real, fake)
    torch.testing.assert_close(losses.generator, bce(fake, torch.ones_like(fake)), atol=1e-12, rtol=1e-12)


def test_gradcheck():
    real, fake = randn(3).requires_grad_(), randn(4, seed=1).requires_grad_()
    for variant in ("non_saturating", "minimax"):
        assert torch.autograd.gradcheck(
            lambda r, f, v=variant: gan_losses(r, f, v).discriminator, (real, fake)
        )
        assert torch.autograd.gradcheck(lambda f, v=variant: gan_losses(f, f, v).generator, (fake,))


def test_both_variants_push_the_same_way_and_only_one_of_them_hard_when_fakes_are_bad():
    slopes = {}
    for variant in ("non_saturating", "minimax"):
        score = torch.tensor([-6.0], requires_grad=True)  # the inspector is sure that it is a fake
        gan_losses(score, score, variant).generator.backward()
        slopes[variant] = score.grad.item()
    assert slopes["non_saturating"] == pytest.approx(-1, abs=0.01)  # -(1 - p)
    assert slopes["minimax"] == pytest.approx(-1 / (1 + math.exp(6)), rel=1e-4)  # -p


def test_losses_stay_finite():
    far = torch.tensor([1e4, -1e4])
    losses = gan_losses(far, far)
    assert losses.discriminator.isfinite()
    assert losses.generator.isfinite()


def pair(**options):
    config = GANConfig((2,), n_noise=3, n_hidden=8, output="identity", **options)
    return Generator(config, seeded()), Discriminator(config, seeded(1))


class Frozen(torch.optim.SGD):
    """An optimizer that remembers which gradients it was given and moves nothing."""

    def __init__(self, parameters):
        super().__init__(parameters, lr=0.0)
        self.seen = []

    def step(self, closure=None):
        self.seen = [p.grad.clone() for group in self.param_groups for p in group["params"]]


def test_each_step_writes_into_one_network_only():
    forger, inspector = (net.double() for net in pair())
    optimizers = Frozen(forger.parameters()), Frozen(inspector.parameters())
    real = randn(5, 2)
    losses = train_step(forger, inspector, *optimizers, real, seeded(2))

    rng = seeded(2)  # the same noise again, and both gradients by hand
    fakes = [forger(torch.randn(5, 3, generator=rng).double()) for _ in range(2)]
    d_loss = gan_losses(inspector(real), inspector(fakes[0].detach())).discriminator
    d_grad = torch.autograd.grad(d_loss, list(inspector.parameters()))
    g_loss = F.binary_cross_entropy_with_logits(inspector(fakes[1]), torch.ones(5).double())
    g_grad = torch.autograd.grad(g_loss, list(forger.parameters()))
    for seen, expected in ((optimizers[1].seen, d_grad), (optimizers[0].seen, g_grad)):
        for a, b in zip(seen, expected, strict=True):
            torch.testing.assert_close(a, b, atol=1e-12, rtol=1e-12)
    # after the forger's turn, the inspector still holds its own gradient
    for parameter, expected in zip(inspector.parameters(), d_grad, strict=True):
        torch.testing.assert_close(parameter.grad, expected, atol=1e-12, rtol=1e-12)
    torch.testing.assert_close(losses.discriminator, d_loss.detach())
    torch.testing.assert_close(losses.generator, g_loss.detach())
    assert not losses.discriminator.requires_grad
    assert not losses.generator.requires_grad


def test_a_step_helps_each_side():
    """With the other side held still, repeating a side's step lowers its loss."""
    real = randn(64, 2).float() + 3
    for turn in (0, 1):
        forger, inspector = pair()
        nets = [forger, inspector]
        rates = [0.0, 0.0]
        rates[turn] = 0.5
        optimizers = [
            torch.optim.SGD(net.parameters(), lr=rate) for net, rate in zip(nets, rates, strict=True)
        ]
        history = [train_step(*nets, *optimizers, real, seeded(3)) for _ in range(10)]
        name = ("generator", "discriminator")[turn]
        assert getattr(history[-1], name) < getattr(history[0], name) - 0.005


def test_points_move_to_where_the_data_is():
    forger, inspector = pair()
    optimizers = [
        torch.optim.Adam(net.parameters(), lr=5e-3, betas=(0.5, 0.9)) for net in (forger, inspector)
    ]
    rng = seeded(4)
    for _ in range(150):
        real = 0.5 * torch.randn(64, 2, generator=rng) + torch.tensor([2.0, -1.0])
        train_step(forger, inspector, *optimizers, real, rng)
    distance = forger.generate(500, rng).detach().mean(0) - torch.tensor([2.0, -1.0])
    assert distance.norm() < 0.5 * math.hypot(2, -1)  # at the start the centre is near (0, 0)


def test_images_seeds_and_shapes():
    a, b = Generator(rng=seeded(5)), Generator(rng=seeded(5))
    images = a.generate(3, seeded(6))
    assert torch.equal(images, b.generate(3, seeded(6)))
    assert images.shape == (3, 1, 8, 8)
    assert 0 < images.min() < images.max() < 1
    assert Discriminator(rng=seeded())(images).shape == (3,)


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input_is_refused():
    for call, message in [
        (lambda: GANConfig(shape=()), r"shape=\(\)"),
        (lambda: GANConfig(n_noise=0), "n_noise=0"),
        (lambda: GANConfig(n_hidden=-3), "n_hidden=-3"),
        (lambda: GANConfig(output="tanh"), "output='tanh'"),
        (lambda: Generator()(torch.zeros(2, 3)), r"noise.shape=\(2, 3\); expected \(batch, 16\)"),
        (
            lambda: Generator()(torch.zeros(2, 16).double()),
            "noise.dtype=torch.float64; expected torch.float32",
        ),
        (lambda: Discriminator()(torch.zeros(2, 1, 8, 8).double()), "examples.dtype=torch.float64"),
        (lambda: Generator().generate(0), "n=0"),
        (lambda: Discriminator()(torch.zeros(2, 64)), r"shape \(2, 64\).*expected \(batch, 1, 8, 8\)"),
        (lambda: Discriminator()(torch.zeros(2, 1, 8, 8, dtype=torch.uint8)), "dtype torch.uint8"),
        (lambda: gan_losses(torch.zeros(2), torch.zeros(2), "wasserstein"), "variant='wasserstein'"),
        (lambda: gan_losses(torch.zeros(2, 1), torch.zeros(2)), r"real_scores.shape=\(2, 1\)"),
        (lambda: gan_losses(torch.zeros(2), torch.zeros(0)), r"fake_scores.shape=\(0,\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
