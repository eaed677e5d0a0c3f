"""Squeeze an image through a few numbers and draw it again: autoencoder, then variational autoencoder (lesson 08).

An autoencoder learns to copy through a narrow middle. A variational autoencoder (Kingma and Welling 2014)
blurs that middle and keeps it near a standard normal distribution, so that any draw from there is an image.

Letters at line ends: B batch, P pixels, H hidden units, Z latent numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.models.checks import check_dtype, check_sizes


@dataclass(frozen=True)
class AutoencoderConfig:
    """Everything that fixes the shape of an `Autoencoder` or a `VAE`. Raises ValueError for sizes below 1."""

    shape: tuple[int, ...] = (1, 8, 8)  # of one image: channels, height, width
    n_latent: int = 8
    n_hidden: int = 128

    def __post_init__(self) -> None:
        if not self.shape or min(self.shape) < 1:
            raise ValueError(f"shape={self.shape}; expected sizes of at least 1")
        check_sizes(self, "n_latent", "n_hidden")

    @property
    def n_pixels(self) -> int:
        return math.prod(self.shape)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def two_layers(n_in: int, n_hidden: int, n_out: int, generator: torch.Generator | None) -> nn.Sequential:
    """Linear, ReLU, linear, with weights drawn from `generator`."""
    net = nn.Sequential(nn.Linear(n_in, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_out))
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.ndim == 2:
                parameter.normal_(0.0, 1 / math.sqrt(parameter.shape[1]), generator=generator)
            else:
                parameter.zero_()
    return net


def check_images(images: Tensor, shape: Sequence[int]) -> None:
    if images.shape[1:] != tuple(shape) or not images.is_floating_point():
        raise ValueError(
            f"images have shape {tuple(images.shape)} and dtype {images.dtype}; "
            f"expected (batch, {', '.join(map(str, shape))}) of floating-point numbers"
        )
    if not bool(((images >= 0) & (images <= 1)).all()):  # also catches NaN
        raise ValueError("images hold numbers outside 0 to 1; expected 0 for paper and 1 for ink")


def reconstruction_loss(
    logits: Float[Tensor, " batch *shape"], images: Float[Tensor, " batch *shape_too"]
) -> Float[Tensor, ""]:
    """Return the cross-entropy between drawn and true ink, in nats: summed over pixels, mean over the batch.

    A grey pixel counts as the share of ink at this place. Raises ValueError for images outside 0 to 1.
    """
    check_images(images, logits.shape[1:])
    if len(images) != len(logits):
        raise ValueError(f"there are {len(images)} images; expected {len(logits)}, one for each of logits")
    return F.binary_cross_entropy_with_logits(logits, images, reduction="sum") / len(images)


@dataclass
class AutoencoderOutput:
    logits: Float[Tensor, " batch *shape"]  # the copy, before the sigmoid
    z: Float[Tensor, "batch latent"]

    @property
    def images(self) -> Float[Tensor, " batch *shape"]:
        """The copy: 0 to 1."""
        return self.logits.sigmoid()


class Autoencoder(nn.Module):
    """Image in, the same image out, with only `n_latent` numbers between.

    `generator` seeds the initial weights, so that the same seed gives the same model.
    """

    def __init__(
        self, config: AutoencoderConfig | None = None, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        config = AutoencoderConfig() if config is None else config
        self.config = config
        self.encoder = two_layers(config.n_pixels, config.n_hidden, config.n_latent, generator)
        self.decoder = two_layers(config.n_latent, config.n_hidden, config.n_pixels, generator)

    def encode(self, images: Float[Tensor, " batch *shape"]) -> Float[Tensor, "batch latent"]:
        check_images(images, self.config.shape)
        check_dtype("images", images, next(self.encoder.parameters()))
        return self.encoder(images.flatten(1))  # (B, Z)

    def decode_logits(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch *shape"]:
        if z.ndim != 2 or z.shape[1] != self.config.n_latent:
            raise ValueError(f"z.shape={tuple(z.shape)}; expected (batch, {self.config.n_latent})")
        check_dtype("z", z, next(self.decoder.parameters()))
        return self.decoder(z).unflatten(1, self.config.shape)  # (B, *shape)

    def decode(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch *shape"]:
        """Draw the images that belong to `z`: 0 to 1."""
        return self.decode_logits(z).sigmoid()

    def forward(self, images: Float[Tensor, " batch *shape"]) -> AutoencoderOutput:
        z = self.encode(images)  # (B, Z)
        return AutoencoderOutput(self.decode_logits(z), z)


def check_same(mean: Tensor, log_var: Tensor) -> None:
    if mean.shape != log_var.shape:
        raise ValueError(f"log_var.shape={tuple(log_var.shape)}; expected {tuple(mean.shape)}, as for mean")


def reparameterize(
    mean: Float[Tensor, "batch latent"],
    log_var: Float[Tensor, "batch latent"],
    generator: torch.Generator | None = None,
) -> Float[Tensor, "batch latent"]:
    """Draw from the normal distribution with this mean and log-variance, so that gradients reach both.

    The chance is drawn apart, then stretched and moved: mean + standard deviation x noise.
    """
    check_same(mean, log_var)
    noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype).to(mean.device)  # (B, Z)
    return mean + (0.5 * log_var).exp() * noise


def kl_divergence(
    mean: Float[Tensor, "batch latent"], log_var: Float[Tensor, "batch latent"]
) -> Float[Tensor, " batch"]:
    """Return, in nats, how far each row's distribution is from the standard normal; 0 only if it is the same.

    -1/2 sum(1 + log var - mean^2 - var), Kingma and Welling 2014, appendix B.
    """
    check_same(mean, log_var)
    return -0.5 * (1 + log_var - mean.square() - log_var.exp()).sum(dim=1)


@dataclass
class VAEOutput(AutoencoderOutput):
    mean: Float[Tensor, "batch latent"]
    log_var: Float[Tensor, "batch latent"]


@dataclass
class VAELoss:
    """Means over the batch, in nats; `total` = `reconstruction` + beta x `kl`."""

    total: Float[Tensor, ""]
    reconstruction: Float[Tensor, ""]
    kl: Float[Tensor, ""]


def vae_loss(output: VAEOutput, images: Float[Tensor, " batch *shape"], beta: float | int = 1.0) -> VAELoss:
    """Return what training lowers: bad copies plus `beta` times the distance from the standard normal.

    Raises ValueError for a negative `beta`.
    """
    if not beta >= 0:
        raise ValueError(f"beta={beta}; expected 0 or more")
    reconstruction = reconstruction_loss(output.logits, images)
    kl = kl_divergence(output.mean, output.log_var).mean()
    return VAELoss(reconstruction + beta * kl, reconstruction, kl)


class VAE(Autoencoder):
    """An autoencoder whose encoder answers with a distribution instead of a point (lesson 08)."""

    def __init__(
        self, config: AutoencoderConfig | None = None, generator: torch.Generator | None = None
    ) -> None:
        super().__init__(config, generator)
        config = self.config
        self.encoder = two_layers(config.n_pixels, config.n_hidden, 2 * config.n_latent, generator)

    def distribution(
        self, images: Float[Tensor, " batch *shape"]
    ) -> tuple[Float[Tensor, "batch latent"], Float[Tensor, "batch latent"]]:
        """Return mean and log-variance for each image."""
        check_images(images, self.config.shape)
        check_dtype("images", images, next(self.encoder.parameters()))
        mean, log_var = self.encoder(images.flatten(1)).chunk(2, dim=1)  # (B, Z) each
        return mean, log_var

    def encode(self, images: Float[Tensor, " batch *shape"]) -> Float[Tensor, "batch latent"]:
        """Return the mean for each image: its place on the map, without the blur."""
        return self.distribution(images)[0]

    def forward(
        self, images: Float[Tensor, " batch *shape"], generator: torch.Generator | None = None
    ) -> VAEOutput:
        """Encode, draw one z for each image from `generator`, and decode it."""
        mean, log_var = self.distribution(images)
        z = reparameterize(mean, log_var, generator)
        return VAEOutput(self.decode_logits(z), z, mean, log_var)

    @torch.no_grad()
    def generate(self, n: int, generator: torch.Generator | None = None) -> Float[Tensor, " batch *shape"]:
        """Make `n` new images from random places of the map."""
        if n < 1:
            raise ValueError(f"n={n}; expected at least 1")
        z = torch.randn(n, self.config.n_latent, generator=generator)  # (n, Z)
        return self.decode(z.to(next(self.parameters())))

    @torch.no_grad()
    def interpolate(
        self, first: Float[Tensor, "*shape"], last: Float[Tensor, "*shape_too"], steps: int = 8
    ) -> Float[Tensor, " steps *shape"]:
        """Walk in a straight line over the map from one image to another, both ends included."""
        if steps < 2:
            raise ValueError(f"steps={steps}; expected at least 2")
        a, b = self.encode(first[None]), self.encode(last[None])  # (1, Z) each
        share = torch.linspace(0, 1, steps, dtype=a.dtype, device=a.device)[:, None]  # (steps, 1)
        return self.decode(a + share * (b - a))
