"""The variational autoencoder against torch.distributions, and what its map is good for."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Normal
from torch.distributions import kl_divergence as torch_kl

from course_lib.models.vae import (
    VAE,
    Autoencoder,
    AutoencoderConfig,
    VAEOutput,
    kl_divergence,
    reconstruction_loss,
    reparameterize,
    vae_loss,
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def randn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64)


SMALL = AutoencoderConfig((1, 3, 2), n_latent=2, n_hidden=5)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 5), st.integers(1, 6), st.floats(0.01, 4), st.integers(0, 99))
def test_kl_agrees_with_torch_distributions(batch, latent, size, seed):
    mean, log_var = size * randn(batch, latent, seed=seed), size * randn(batch, latent, seed=seed + 1)
    expected = torch_kl(Normal(mean, (log_var / 2).exp()), Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(kl_divergence(mean, log_var), expected, atol=1e-12, rtol=1e-10)
    assert (kl_divergence(mean, log_var) >= 0).all()


def test_kl_is_zero_for_the_standard_normal_only():
    zero = torch.zeros(1, 3)
    assert kl_divergence(zero, zero).item() == 0
    assert kl_divergence(zero + 0.1, zero).item() > 0
    assert kl_divergence(zero, zero - 0.1).item() > 0


def test_reparameterize_has_the_mean_and_the_standard_deviation():
    mean, log_var = torch.tensor([[3.0, -1.0]]).double(), torch.tensor([[0.25, 4.0]]).double().log()
    draws = reparameterize(mean.expand(40_000, 2), log_var.expand(40_000, 2), seeded())
    torch.testing.assert_close(draws.mean(0), mean[0], atol=0.03, rtol=0)
    torch.testing.assert_close(draws.std(0), torch.tensor([0.5, 2.0]).double(), atol=0.03, rtol=0)
    same = reparameterize(mean, log_var, seeded(4))
    noise = torch.randn(1, 2, generator=seeded(4), dtype=torch.float64)
    torch.testing.assert_close(
        same, Normal(mean, (log_var / 2).exp()).mean + torch.tensor([0.5, 2.0]) * noise
    )


def test_gradcheck_of_losses_and_draw():
    mean, log_var = randn(3, 2).requires_grad_(), randn(3, 2, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(kl_divergence, (mean, log_var))
    assert torch.autograd.gradcheck(lambda m, v: reparameterize(m, v, seeded(2)), (mean, log_var))
    logits, images = randn(3, 1, 2, 2).requires_grad_(), randn(3, 1, 2, 2, seed=2).sigmoid()
    assert torch.autograd.gradcheck(lambda x: reconstruction_loss(x, images), (logits,))

    def f(logits, mean, log_var):
        return vae_loss(VAEOutput(logits, mean, mean, log_var), images, 0.7).total

    assert torch.autograd.gradcheck(f, (logits, mean, log_var))


def test_reconstruction_is_minus_the_log_likelihood():
    logits, images = randn(4, 1, 3, 3), (randn(4, 1, 3, 3, seed=1) > 0).double()
    expected = -Bernoulli(logits=logits).log_prob(images).sum((1, 2, 3)).mean()
    torch.testing.assert_close(reconstruction_loss(logits, images), expected, atol=1e-12, rtol=1e-12)


def test_loss_is_reconstruction_plus_beta_times_kl():
    model = VAE(SMALL, seeded()).double()
    images = randn(5, 1, 3, 2).sigmoid()
    out = model(images, seeded(1))
    loss = vae_loss(out, images, beta=3)
    by_hand = F.binary_cross_entropy(out.images, images, reduction="none").sum((1, 2, 3)).mean()
    torch.testing.assert_close(loss.reconstruction, by_hand)
    torch.testing.assert_close(loss.total, by_hand + 3 * kl_divergence(out.mean, out.log_var).mean())
    loss.total.backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_all_chance_comes_from_the_generator():
    a, b = VAE(SMALL, seeded(3)), VAE(SMALL, seeded(3))
    images = torch.rand(4, 1, 3, 2, generator=seeded())
    assert torch.equal(a(images, seeded(1)).z, b(images, seeded(1)).z)
    assert not torch.equal(a(images, seeded(1)).z, a(images, seeded(2)).z)
    assert torch.equal(a.generate(3, seeded(5)), b.generate(3, seeded(5)))


def test_generated_and_interpolated_images():
    model = VAE(generator=seeded()).double()
    images = model.generate(6, seeded(1))
    assert images.shape == (6, 1, 8, 8)
    assert 0 <= images.min() < images.max() <= 1
    walk = model.interpolate(images[0], images[1], steps=5)
    assert walk.shape == (5, 1, 8, 8)
    ends = model.decode(model.encode(images[:2]))
    torch.testing.assert_close(walk[[0, -1]], ends)
    z = model.encode(images[:2]).mean(0, keepdim=True)
    torch.testing.assert_close(walk[2:3], model.decode(z))


def test_an_autoencoder_as_wide_as_the_data_learns_to_copy():
    model = Autoencoder(AutoencoderConfig((1, 2, 2), n_latent=4, n_hidden=32), seeded())
    images = (torch.rand(16, 1, 2, 2, generator=seeded(1)) > 0.5).float()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(60):
        loss = reconstruction_loss(model(images).logits, images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    out = model(images)
    assert torch.equal(out.images.round(), images)
    torch.testing.assert_close(out.images, model.decode(model.encode(images)))


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input_is_refused():
    model = VAE(SMALL)
    good = torch.zeros(2, 1, 3, 2)
    for call, message in [
        (lambda: AutoencoderConfig(shape=(1, 0)), r"shape=\(1, 0\)"),
        (lambda: AutoencoderConfig(n_latent=0), "n_latent=0"),
        (lambda: AutoencoderConfig(n_hidden=-1), "n_hidden=-1"),
        (lambda: model(good[:, :, :2]), r"shape \(2, 1, 2, 2\).*expected \(batch, 1, 3, 2\)"),
        (lambda: model(good.long()), "dtype torch.int64"),
        (lambda: model(good - 1), "outside 0 to 1"),
        (lambda: model(good + 16), "outside 0 to 1"),
        (lambda: model(good / 0), "outside 0 to 1"),
        (lambda: model.decode(torch.zeros(2, 3)), r"z.shape=\(2, 3\); expected \(batch, 2\)"),
        (lambda: kl_divergence(torch.zeros(2, 2), torch.zeros(2, 3)), r"log_var.shape=\(2, 3\)"),
        (lambda: reparameterize(torch.zeros(2, 2), torch.zeros(1, 2)), r"log_var.shape=\(1, 2\)"),
        (lambda: model(good.double()), "images.dtype=torch.float64; expected torch.float32"),
        (lambda: Autoencoder(SMALL)(good.double()), "images.dtype=torch.float64"),
        (lambda: model.decode(torch.zeros(2, 2).double()), "z.dtype=torch.float64"),
        (lambda: vae_loss(model(good), good, float("nan")), "beta=nan"),
        (lambda: vae_loss(model(good), good, -1), "beta=-1"),
        (lambda: reconstruction_loss(good, good[:1]), "1 images; expected 2"),
        (lambda: model.generate(0), "n=0"),
        (lambda: model.interpolate(good[0], good[1], 1), "steps=1"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
