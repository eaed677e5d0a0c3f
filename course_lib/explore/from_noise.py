"""From noise to digits, and to sounds, in fifty small steps (lesson 08, part 4)."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib.data.digits import load_digits, rescale
from course_lib.explore.live import Live
from course_lib.explore.threads import one_thread
from course_lib.models.diffusion import NoiseSchedule, diffusion_loss, sample, time_embedding


class NoiseGuesser(nn.Module):
    """Noisy data and its step in, a guess of the noise out: three plain layers. `generator` seeds the weights."""

    def __init__(self, shape: Sequence[int], generator: torch.Generator, width: int = 256) -> None:
        super().__init__()
        self.shape, self.steps_width = tuple(shape), 32
        n = math.prod(self.shape)
        self.net = nn.Sequential(
            nn.Linear(n + self.steps_width, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, n)
        )
        with torch.no_grad():
            for parameter in self.net.parameters():
                if parameter.ndim == 2:
                    parameter.normal_(0.0, 1 / math.sqrt(parameter.shape[1]), generator=generator)
                else:
                    parameter.zero_()

    def forward(self, noisy: Float[Tensor, " batch *shape"], t: Int[Tensor, " batch"]) -> Float[Tensor, " batch *shape"]:
        when = time_embedding(t, self.steps_width).to(noisy)
        return self.net(torch.cat((noisy.flatten(1), when), dim=1)).unflatten(1, self.shape)


@dataclass(frozen=True)
class Diffuser:
    """A trained guesser of noise, its schedule, losses and how long that took."""

    model: NoiseGuesser
    schedule: NoiseSchedule
    losses: list[float]
    seconds: float

    def walk(self, n: int, seed: int = 0) -> list[Tensor]:
        """Return all steps of making `n` examples, pure noise first, (N + 1) x (n, ...), in -1 to 1."""
        dice = torch.Generator().manual_seed(seed)
        return [step.x for step in sample(self.model, self.schedule, (n, *self.model.shape), dice)]

    @one_thread()
    def make(self, n: int, seed: int = 0) -> Tensor:
        """Return `n` new examples in -1 to 1."""
        return self.walk(n, seed)[-1].clamp(-1, 1)


@one_thread()
def train_diffuser(data: Tensor, seed: int = 0, steps: int = 1000, n_steps: int = 50, batch: int = 128) -> Diffuser:
    """Train a guesser on `data` (N, ...), scaled to -1 to 1; seconds."""
    generator = torch.Generator().manual_seed(seed)
    model, schedule = NoiseGuesser(data.shape[1:], generator), NoiseSchedule(n_steps)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses, begun = [], time.perf_counter()
    with Live() as live:
        for step in range(steps):
            rows = torch.randint(len(data), (batch,), generator=generator)
            loss = diffusion_loss(model, schedule, data[rows], generator)
            optimizer.zero_grad()
            loss.backward()
            for group in optimizer.param_groups:
                group["lr"] = 2e-3 * (1 - step / steps)
            optimizer.step()
            losses.append(float(loss.detach()))
            live.show(partial(str, f"step {step} of {steps}, loss {losses[-1]:.2f}"))
    model.requires_grad_(False)
    return Diffuser(model, schedule, losses, time.perf_counter() - begun)


def digit_data(n: int | None = None) -> Tensor:
    """Return the (first `n`) training digits as diffusion wants them: -1 for paper to 1 for ink."""
    return rescale(load_digits().train.images[:n])


def as_images(data: Tensor) -> Tensor:
    """Return data from -1 to 1 as images from 0 to 1."""
    return rescale(data.clamp(-1, 1), (-1, 1), (0, 1))
