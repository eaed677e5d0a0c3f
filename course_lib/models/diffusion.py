"""From noise to a picture or a sound in small steps, told in order: noise, loss, steps back, network (lesson 08).

Add a little noise many times and nothing is left of an image. A network that learned to guess the noise can
go back, step by step, and starts from nothing (DDPM, Ho et al. 2020). The same code works on images
(batch, channel, height, width) and on sound (batch, channel, time).

Steps are counted from 0, the clean data, to `schedule.steps`, pure noise. Data is scaled to -1 to 1.

Letters at line ends: B batch, C channels of the network, E width of the time embedding, N steps.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib.models.checks import check_dtype

NoisePredictor = Callable[[Tensor, Tensor], Tensor]  # (noisy, step of each example) -> the noise in it


def check_data(name: str, data: Tensor) -> None:
    if data.ndim < 2 or not len(data) or not data.is_floating_point():
        raise ValueError(
            f"{name} has shape {tuple(data.shape)} and dtype {data.dtype}; "
            "expected (batch, ...) of floating-point numbers, with at least one example"
        )


def check_noise(noise: Tensor, data: Tensor) -> None:
    if noise.shape != data.shape:
        raise ValueError(
            f"noise has shape {tuple(noise.shape)}; expected {tuple(data.shape)}, as the data has"
        )


class NoiseSchedule:
    """How much noise each step adds.

    `beta[t]` is the variance that step t adds, `alpha[t] = 1 - beta[t]` the share of the variance that stays,
    and `alpha_bar[t]` the share of the clean data's variance that is left after t steps: 1 at step 0. All
    are (N + 1,) in float64. "linear" is Ho et al. 2020, with the same total noise for any number of steps;
    "cosine" is Nichol and Dhariwal 2021, gentler at both ends. Raises ValueError for fewer than 2 steps.
    """

    def __init__(self, steps: int = 100, kind: Literal["linear", "cosine"] = "cosine") -> None:
        if steps < 2:
            raise ValueError(f"steps={steps}; expected at least 2")
        if kind not in ("linear", "cosine"):
            raise ValueError(f"kind={kind!r}; expected 'linear' or 'cosine'")
        self.steps, self.kind = steps, kind
        if kind == "linear":
            scale = 1000 / steps  # the paper's numbers are for 1,000 steps
            beta = scale * torch.linspace(1e-4, 0.02, steps, dtype=torch.float64)  # (N,)
        else:
            share = torch.linspace(0, 1, steps + 1, dtype=torch.float64)  # (N + 1,)
            left = torch.cos((share + 0.008) / 1.008 * math.pi / 2).square()  # (N + 1,)
            beta = 1 - left[1:] / left[:-1]  # (N,)
        self.beta = F.pad(beta.clamp(max=0.999), (1, 0))  # (N + 1,): no noise at step 0
        self.alpha = 1 - self.beta
        self.alpha_bar = self.alpha.cumprod(0)

    def at(self, values: Float[Tensor, " steps"], t: Int[Tensor, " batch"], like: Tensor) -> Tensor:
        """Pick `values[t]` for each example, shaped so that it multiplies `like` (B, ...)."""
        check_data("data", like)
        whole = not t.is_floating_point()
        if not whole or len(t) != len(like) or int(t.min()) < 0 or int(t.max()) > self.steps:
            raise ValueError(f"t={t.tolist()}; expected {len(like)} whole steps from 0 to {self.steps}")
        return values[t.cpu()].to(like).view(-1, *[1] * (like.ndim - 1))


def add_noise(
    schedule: NoiseSchedule,
    clean: Float[Tensor, " batch *shape"],
    t: Int[Tensor, " batch_too"],
    noise: Float[Tensor, " batch *shape"],
) -> Float[Tensor, " batch *shape"]:
    """Jump to step t at once: sqrt(alpha_bar) clean + sqrt(1 - alpha_bar) noise (equation 4).

    If `clean` has variance 1, so has the result.
    """
    check_noise(noise, clean)
    left = schedule.at(schedule.alpha_bar, t, clean)
    return left.sqrt() * clean + (1 - left).sqrt() * noise


def predict_clean(
    schedule: NoiseSchedule,
    noisy: Float[Tensor, " batch *shape"],
    t: Int[Tensor, " batch_too"],
    noise: Float[Tensor, " batch *shape"],
) -> Float[Tensor, " batch *shape"]:
    """Turn a guess of the noise into a guess of the clean data: `add_noise` solved for `clean`."""
    check_noise(noise, noisy)
    left = schedule.at(schedule.alpha_bar, t, noisy)
    return (noisy - (1 - left).sqrt() * noise) / left.sqrt()


def posterior(
    schedule: NoiseSchedule,
    clean: Float[Tensor, " batch *shape"],
    noisy: Float[Tensor, " batch *shape"],
    t: Int[Tensor, " batch_too"],
) -> tuple[Float[Tensor, " batch *shape"], Float[Tensor, " batch *ones"]]:
    """Return mean and variance of step t - 1 if both ends, `clean` and step t, are known (equations 6, 7).

    At t = 1 the variance is 0: the step before is the clean data. Raises ValueError for t below 1.
    """
    if clean.shape != noisy.shape:
        raise ValueError(f"clean has shape {tuple(clean.shape)}; expected {tuple(noisy.shape)}, as noisy has")
    if int(t.min()) < 1:
        raise ValueError(f"t={t.tolist()}; expected steps from 1 to {schedule.steps}")
    alpha, beta = schedule.at(schedule.alpha, t, noisy), schedule.at(schedule.beta, t, noisy)
    left, left_before = (
        schedule.at(schedule.alpha_bar, t, noisy),
        schedule.at(schedule.alpha_bar, t - 1, noisy),
    )
    mean = (left_before.sqrt() * beta * clean + alpha.sqrt() * (1 - left_before) * noisy) / (1 - left)
    return mean, (1 - left_before) / (1 - left) * beta


def diffusion_loss(
    model: NoisePredictor,
    schedule: NoiseSchedule,
    clean: Float[Tensor, " batch *shape"],
    generator: torch.Generator,
) -> Float[Tensor, ""]:
    """Return the mean squared error of the guessed noise, at a random step for each example (equation 14).

    `generator` draws the steps, from 1 to the last, and the noise. Guessing zero costs 1.
    """
    check_data("clean", clean)
    t = torch.randint(1, schedule.steps + 1, (len(clean),), generator=generator)  # (B,)
    noise = torch.randn(clean.shape, generator=generator, dtype=clean.dtype)  # (B, *shape)
    t, noise = t.to(clean.device), noise.to(clean.device)
    return F.mse_loss(model(add_noise(schedule, clean, t, noise), t), noise)


def denoise_step(
    schedule: NoiseSchedule,
    noisy: Float[Tensor, " batch *shape"],
    t: int,
    guessed_noise: Float[Tensor, " batch *shape"],
    fresh_noise: Float[Tensor, " batch *shape"],
    clip: float | int | None = None,
) -> tuple[Float[Tensor, " batch *shape"], Float[Tensor, " batch *shape"]]:
    """Go from step t to step t - 1, and return it with the guess of the clean data that it rests on.

    A little `fresh_noise` goes in again, except at the last step. `clip` keeps the guess within -clip to
    clip, which saves a long walk from a wild first guess. Raises ValueError for a clip of 0 or less.
    """
    if clip is not None and not clip > 0:
        raise ValueError(f"clip={clip}; expected more than 0, or None")
    check_noise(fresh_noise, noisy)
    steps = torch.full((len(noisy),), t, device=noisy.device)  # (B,)
    guess = predict_clean(schedule, noisy, steps, guessed_noise)
    if clip is not None:
        guess = guess.clamp(-clip, clip)
    mean, variance = posterior(schedule, guess, noisy, steps)
    return mean + variance.sqrt() * fresh_noise, guess


@dataclass
class DiffusionStep:
    """Where sampling stands: `t` noise steps are still in `x`, and `guess` is the clean data expected."""

    t: int
    x: Float[Tensor, " batch *shape"]
    guess: Float[Tensor, " batch *shape"]


def sample(
    model: NoisePredictor,
    schedule: NoiseSchedule,
    shape: Sequence[int],
    generator: torch.Generator,
    clip: float | int | None = 1.0,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> Iterator[DiffusionStep]:
    """Start from noise of `shape` (batch first) and yield every step down to 0, for a slider or a bar.

    The first one is pure noise (t = N, with a guess of 0), the last one (t = 0) is the result. Keep only that
    with `*_, last = sample(...)`. All chance comes from `generator`.
    """
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError(f"shape={tuple(shape)}; expected (batch, ...) with sizes of at least 1")

    def draw() -> Tensor:
        return torch.randn(tuple(shape), generator=generator, dtype=dtype).to(device)

    x = draw()
    yield DiffusionStep(schedule.steps, x, torch.zeros_like(x))
    for t in range(schedule.steps, 0, -1):
        with torch.no_grad():
            guessed_noise = model(x, torch.full((len(x),), t, device=x.device))
        x, guess = denoise_step(schedule, x, t, guessed_noise, draw(), clip)
        yield DiffusionStep(t - 1, x, guess)


@dataclass(frozen=True)
class DenoiserConfig:
    """Everything that fixes the shape of a `Denoiser`.

    Raises ValueError for numbers below 1, an odd width, or data that is neither image nor sound.
    """

    shape: tuple[int, ...] = (1, 8, 8)  # of one example: (channels, height, width) or (channels, time)
    width: int = 32  # channels inside
    dilations: tuple[int, ...] = (1, 2, 1, 2)  # of each block; for sound take (1, 2, 4, 8, 16, 32)

    def __post_init__(self) -> None:
        if len(self.shape) not in (2, 3) or min(self.shape) < 1:
            raise ValueError(
                f"shape={self.shape}; expected (channels, height, width) for images or (channels, time) for sound"
            )
        if self.width < 2 or self.width % 2:
            raise ValueError(f"width={self.width}; expected an even number of at least 2")
        if not self.dilations or min(self.dilations) < 1:
            raise ValueError(f"dilations={self.dilations}; expected one number of at least 1 for each block")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def time_embedding(t: Int[Tensor, " batch"], width: int) -> Float[Tensor, "batch width"]:
    """Write each step number as waves of many speeds, so that near steps look alike (Vaswani et al. 2017)."""
    if width < 2 or width % 2:
        raise ValueError(f"width={width}; expected an even number of at least 2")
    speed = 10000.0 ** (-torch.arange(0, width, 2, device=t.device) / width)  # (E/2,) radians per step
    angle = t[:, None] * speed  # (B, E/2)
    return torch.cat((angle.sin(), angle.cos()), dim=1)  # (B, E)


class DenoiserBlock(nn.Module):
    """Normalise, add the time, bend, look around; added to what came in."""

    def __init__(self, config: DenoiserConfig, dilation: int) -> None:
        super().__init__()
        conv = nn.Conv2d if len(config.shape) == 3 else nn.Conv1d
        self.norm = nn.GroupNorm(1, config.width)
        self.time = nn.Linear(config.width, config.width)
        self.look = conv(config.width, config.width, 3, padding=dilation, dilation=dilation)
        self.mix = conv(config.width, config.width, 1)

    def forward(
        self, x: Float[Tensor, "batch width *place"], time: Float[Tensor, "batch width"]
    ) -> Float[Tensor, "batch width *place"]:
        when = self.time(time).view(*time.shape, *[1] * (x.ndim - 2))  # (B, C, 1, ...)
        h = self.look(F.silu(self.norm(x) + when))  # (B, C, ...)
        return x + self.mix(F.silu(h))


class Denoiser(nn.Module):
    """Noisy data and its step in, a guess of the noise out: a small convolutional network (lesson 08).

    Dilated kernels look further without more weights (van den Oord et al. 2016). `generator` seeds the
    initial weights. The last layer starts at zero, so the first guess is "no noise".
    """

    def __init__(
        self, config: DenoiserConfig | None = None, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        config = DenoiserConfig() if config is None else config
        self.config = config
        conv = nn.Conv2d if len(config.shape) == 3 else nn.Conv1d
        self.enter = conv(config.shape[0], config.width, 3, padding=1)
        self.time = nn.Sequential(nn.Linear(config.width, config.width), nn.SiLU())
        self.blocks = nn.ModuleList(DenoiserBlock(config, dilation) for dilation in config.dilations)
        self.norm = nn.GroupNorm(1, config.width)
        self.leave = conv(config.width, config.shape[0], 3, padding=1)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if parameter.ndim > 1 and not name.startswith("leave"):
                    parameter.normal_(0.0, 1 / math.sqrt(parameter[0].numel()), generator=generator)
                elif "norm" not in name:
                    parameter.zero_()

    def forward(
        self, noisy: Float[Tensor, " batch *shape"], t: Int[Tensor, " batch"]
    ) -> Float[Tensor, " batch *shape"]:
        if noisy.shape[1:] != self.config.shape or t.shape != noisy.shape[:1]:
            raise ValueError(
                f"noisy.shape={tuple(noisy.shape)} and t.shape={tuple(t.shape)}; "
                f"expected (batch, {', '.join(map(str, self.config.shape))}) and (batch,)"
            )
        check_dtype("noisy", noisy, self.enter.weight)
        time = self.time(time_embedding(t, self.config.width).to(noisy))  # (B, C)
        x = self.enter(noisy)  # (B, C, ...)
        for block in self.blocks:
            x = block(x, time)  # (B, C, ...)
        return self.leave(F.silu(self.norm(x)))
