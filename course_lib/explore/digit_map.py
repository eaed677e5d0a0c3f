"""An autoencoder, a variational one, and the map of digits between their two halves (lesson 08, part 2)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from course_lib.data.digits import load_digits
from course_lib.explore.live import Live
from course_lib.explore.threads import one_thread
from course_lib.models.vae import VAE, Autoencoder, AutoencoderConfig, reconstruction_loss, vae_loss


@dataclass(frozen=True)
class Mapped:
    """A trained model with a middle of a few numbers, its losses (nats per image), and how long that took."""

    model: Autoencoder
    losses: list[float]
    seconds: float


@one_thread()
def train_map(
    kind: str = "vae", seed: int = 0, n_latent: int = 2, beta: float = 0.3, steps: int = 1000, images: Tensor | None = None
) -> Mapped:
    """Train a model that squeezes digits into `n_latent` numbers; seconds.

    Args:
        kind: "vae", or "autoencoder" for one without blur and without pull to the middle.
        beta: the weight of the pull to the middle.
        images: what it learns from; by default the training digits.

    Raises:
        ValueError: another kind.
    """
    if kind not in ("vae", "autoencoder"):
        raise ValueError(f"kind={kind!r}; expected 'vae' or 'autoencoder'")
    images = load_digits().train.images if images is None else images
    generator = torch.Generator().manual_seed(seed)
    config = AutoencoderConfig(n_latent=n_latent)
    model = VAE(config, generator) if kind == "vae" else Autoencoder(config, generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses, begun = [], time.perf_counter()
    with Live() as live:
        for step in range(steps):
            batch = images[torch.randint(len(images), (64,), generator=generator)]
            if isinstance(model, VAE):
                loss = vae_loss(model(batch, generator), batch, beta).total
            else:
                loss = reconstruction_loss(model(batch).logits, batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
            live.show(partial(str, f"step {step} of {steps}, loss {losses[-1]:.1f}"))
    model.requires_grad_(False)
    return Mapped(model, losses, time.perf_counter() - begun)


def draws(mapped: Mapped, n: int, seed: int = 0) -> Tensor:
    """Return `n` images from random places of the map: standard normal for both kinds."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        return mapped.model.decode(torch.randn(n, mapped.model.config.n_latent, generator=generator))
