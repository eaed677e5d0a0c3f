"""A forger and an inspector who learn from each other: configuration, two networks, losses, one step (lesson 08).

The generator turns noise into images, the discriminator scores how real an image looks, and each is trained
against the other (Goodfellow et al. 2014).

Letters at line ends: B batch, Z noise numbers, H hidden units, P numbers of one example.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.models.checks import check_dtype, check_sizes

Variant = Literal["non_saturating", "minimax"]


@dataclass(frozen=True)
class GANConfig:
    """Everything that fixes the shape of both networks. Raises ValueError for sizes below 1."""

    shape: tuple[int, ...] = (1, 8, 8)  # of one example; (2,) makes points in the plane
    n_noise: int = 16
    n_hidden: int = 128
    output: Literal["sigmoid", "identity"] = "sigmoid"  # sigmoid: 0 to 1, for images

    def __post_init__(self) -> None:
        if not self.shape or min(self.shape) < 1:
            raise ValueError(f"shape={self.shape}; expected sizes of at least 1")
        check_sizes(self, "n_noise", "n_hidden")
        if self.output not in ("sigmoid", "identity"):
            raise ValueError(f"output={self.output!r}; expected 'sigmoid' or 'identity'")

    @property
    def n_numbers(self) -> int:
        return math.prod(self.shape)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def three_layers(sizes: Sequence[int], rng: torch.Generator | None) -> nn.Sequential:
    """Three linear layers with leaky ReLUs between: a unit that is off still passes a little gradient."""
    a, b, c, d = sizes
    net = nn.Sequential(
        nn.Linear(a, b), nn.LeakyReLU(0.2), nn.Linear(b, c), nn.LeakyReLU(0.2), nn.Linear(c, d)
    )
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.ndim == 2:
                parameter.normal_(0.0, 1 / math.sqrt(parameter.shape[1]), generator=rng)
            else:
                parameter.zero_()
    return net


class Generator(nn.Module):
    """The forger: noise in, an example out. `rng` seeds the initial weights."""

    def __init__(self, config: GANConfig | None = None, rng: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = GANConfig() if config is None else config
        sizes = (self.config.n_noise, self.config.n_hidden, self.config.n_hidden, self.config.n_numbers)
        self.net = three_layers(sizes, rng)

    def forward(self, noise: Float[Tensor, "batch noise"]) -> Float[Tensor, " batch *shape"]:
        if noise.ndim != 2 or noise.shape[1] != self.config.n_noise:
            raise ValueError(f"noise.shape={tuple(noise.shape)}; expected (batch, {self.config.n_noise})")
        check_dtype("noise", noise, next(self.parameters()))
        x = self.net(noise).unflatten(1, self.config.shape)  # (B, *shape)
        return x.sigmoid() if self.config.output == "sigmoid" else x

    def generate(self, n: int, rng: torch.Generator | None = None) -> Float[Tensor, " batch *shape"]:
        """Make `n` examples from noise that `rng` draws. Gradients flow; raises ValueError for `n` below 1."""
        if n < 1:
            raise ValueError(f"n={n}; expected at least 1")
        noise = torch.randn(n, self.config.n_noise, generator=rng)  # (n, Z)
        return self(noise.to(next(self.parameters())))


class Discriminator(nn.Module):
    """The inspector: an example in, one score out; above 0 means "looks real". `rng` seeds the weights."""

    def __init__(self, config: GANConfig | None = None, rng: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = GANConfig() if config is None else config
        self.net = three_layers((self.config.n_numbers, self.config.n_hidden, self.config.n_hidden, 1), rng)

    def forward(self, examples: Float[Tensor, " batch *shape"]) -> Float[Tensor, " batch"]:
        if examples.shape[1:] != self.config.shape or not examples.is_floating_point():
            raise ValueError(
                f"examples have shape {tuple(examples.shape)} and dtype {examples.dtype}; "
                f"expected (batch, {', '.join(map(str, self.config.shape))}) of floating-point numbers"
            )
        check_dtype("examples", examples, next(self.parameters()))
        return self.net(examples.flatten(1)).squeeze(1)  # (B,)


@dataclass
class GANLosses:
    """Means over the batch, in nats."""

    discriminator: Float[Tensor, ""]
    generator: Float[Tensor, ""]


def gan_losses(
    real_scores: Float[Tensor, " real"],
    fake_scores: Float[Tensor, " fake"],
    variant: Variant = "non_saturating",
) -> GANLosses:
    """Return what each side lowers, from the discriminator's scores; probability of real = sigmoid(score).

    Discriminator: -log p(real) for real examples and -log(1 - p) for fakes. Generator, `minimax`:
    log(1 - p), which is flat just where the fakes are bad; `non_saturating`: -log p, steep there. When the
    two can't be told apart, every p is 1/2 and the discriminator's loss is 2 log 2.
    """
    if variant not in ("non_saturating", "minimax"):
        raise ValueError(f"variant={variant!r}; expected 'non_saturating' or 'minimax'")
    for name, scores in (("real_scores", real_scores), ("fake_scores", fake_scores)):
        if scores.ndim != 1 or not len(scores):
            raise ValueError(f"{name}.shape={tuple(scores.shape)}; expected one score for each example")
    # F.logsigmoid stays exact for large scores, where the logarithm of a sigmoid doesn't
    log_missed = F.logsigmoid(-fake_scores).mean()  # log(1 - p)
    generator = -F.logsigmoid(fake_scores).mean() if variant == "non_saturating" else log_missed
    return GANLosses(-F.logsigmoid(real_scores).mean() - log_missed, generator)


def train_step(
    generator: Generator,
    discriminator: Discriminator,
    generator_optimizer: torch.optim.Optimizer,
    discriminator_optimizer: torch.optim.Optimizer,
    real: Float[Tensor, " batch *shape"],
    rng: torch.Generator,
    variant: Variant = "non_saturating",
) -> GANLosses:
    """Train the inspector once, then the forger once, and return both losses, without their graphs.

    Each backward pass writes gradients into one of the two networks only. `rng` draws the noise (the name
    `generator` is taken here).
    """
    with torch.no_grad():
        fake = generator.generate(len(real), rng)  # (B, *shape)
    d_loss = gan_losses(discriminator(real), discriminator(fake), variant).discriminator
    discriminator_optimizer.zero_grad(set_to_none=True)
    d_loss.backward()
    discriminator_optimizer.step()

    fake_scores = discriminator(generator.generate(len(real), rng))  # (B,)
    g_loss = gan_losses(fake_scores, fake_scores, variant).generator  # needs no real examples
    generator_optimizer.zero_grad(set_to_none=True)
    g_loss.backward(inputs=list(generator.parameters()))  # through the discriminator, not into it
    generator_optimizer.step()
    return GANLosses(d_loss.detach(), g_loss.detach())
