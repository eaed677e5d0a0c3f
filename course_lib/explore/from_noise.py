"""From noise to digits, and to sounds, in fifty small steps (lesson 08, parts 4 and 5).

`python -m course_lib.explore.from_noise` trains the long run and writes `from_noise.json` and `from_noise.safetensors`
(ten minutes or more on one thread).
"""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float, Int
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from course_lib.data.digits import load_digits, rescale
from course_lib.evaluation.copies import copy_report, nearest
from course_lib.explore.digit_map import Mapped, draws, train_map
from course_lib.explore.figure import BLUE, GREEN, GREY, ORANGE, Finding, Picture, mark_guess, new_figure
from course_lib.explore.gallery import gallery, tile
from course_lib.explore.judge import load_judge
from course_lib.explore.live import Live
from course_lib.explore.threads import one_thread
from course_lib.explore.view import View
from course_lib.models.diffusion import DiffusionStep, NoiseSchedule, diffusion_loss, sample, time_embedding

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class NoiseGuesser(nn.Module):
    """Noisy data and its step in, a guess of the noise out: three plain layers. `generator` seeds "
    "the weights."""

    def __init__(self, shape: Sequence[int], generator: torch.Generator, width: int = 256) -> None:
        super().__init__()
        self.shape, self.steps_width = tuple(shape), 32
        n = math.prod(self.shape)
        self.net = nn.Sequential(
            nn.Linear(n + self.steps_width, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, n),
        )
        with torch.no_grad():
            for parameter in self.net.parameters():
                if parameter.ndim == 2:
                    parameter.normal_(0.0, 1 / math.sqrt(parameter.shape[1]), generator=generator)
                else:
                    parameter.zero_()

    def forward(
        self, noisy: Float[Tensor, " batch *shape"], t: Int[Tensor, " batch"]
    ) -> Float[Tensor, " batch *shape"]:
        when = time_embedding(t, self.steps_width).to(noisy)
        return self.net(torch.cat((noisy.flatten(1), when), dim=1)).unflatten(1, self.shape)


@dataclass(frozen=True)
class Diffuser:
    """A trained guesser of noise, its schedule, losses and seconds of computing."""

    model: NoiseGuesser
    schedule: NoiseSchedule
    losses: list[float]
    seconds: float

    @one_thread()
    def walk(self, n: int, seed: int | torch.Generator = 0) -> list[DiffusionStep]:
        """Return all steps of making `n` examples, pure noise first."""
        dice = seed if isinstance(seed, torch.Generator) else torch.Generator().manual_seed(seed)
        return list(sample(self.model, self.schedule, (n, *self.model.shape), dice))

    def make(self, n: int, seed: int | torch.Generator = 0) -> Tensor:
        """Return `n` new examples in -1 to 1."""
        return self.walk(n, seed)[-1].x.clamp(-1, 1)


@one_thread()
def train_diffuser(
    data: Tensor, seed: int = 0, steps: int = 1000, n_steps: int = 50, batch: int = 128
) -> Diffuser:
    """Train a guesser on `data` (N, ...), scaled to -1 to 1; seconds."""
    generator = torch.Generator().manual_seed(seed)
    model, schedule = NoiseGuesser(data.shape[1:], generator), NoiseSchedule(n_steps)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses, begun = [], time.process_time()
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
    return Diffuser(model, schedule, losses, time.process_time() - begun)


def digit_data(n: int | None = None) -> Tensor:
    """Return the (first `n`) training digits as diffusion wants them: -1 for paper to 1 for ink."""
    return rescale(load_digits().train.images[:n])


def as_images(data: Tensor) -> Tensor:
    """Return data from -1 to 1 as images from 0 to 1."""
    return rescale(data.clamp(-1, 1), (-1, 1), (0, 1))


# --- a view: any step of the way ----------------------------------------------------------------------------------


def steps_view(diffuser: Diffuser, n: int = 8, seed: int = 0) -> View:
    """Return the view: a slider over the steps from noise to digits."""
    import ipywidgets

    steps = diffuser.walk(n, seed)

    def draw(done: int) -> tuple[Figure, str]:
        return draw_step(steps, done)

    last = diffuser.schedule.steps
    control = ipywidgets.IntSlider(
        value=last, min=0, max=last, description="steps done", style={"description_width": "6em"}
    )
    return View(draw, {"done": control}, [{"done": 0}, {"done": int(0.6 * last)}, {"done": last}])


def draw_step(steps: Sequence[DiffusionStep], done: int) -> tuple[Figure, str]:
    """Draw where some digits are after `done` steps back, and what the network expects them to become."""
    now = steps[done]
    judge = load_judge()
    good = judge.good(as_images(now.x))
    rows = {"now": as_images(now.x), "expected": as_images(now.guess)}
    left = len(steps) - 1 - done
    sentence = (
        f"After {done} of {len(steps) - 1} steps ({left} to go): {int(good.sum())} of {len(good)} are "
        "good digits as they are. "
        "Below: the clean digit that the network expects at this point."
    )
    if not done:
        sentence = f"Before the first of {len(steps) - 1} steps: pure noise, and no guess yet."
    return gallery(rows, sentence).figure, sentence


# --- who is better after the same time? ---------------------------------------------------------------------------

MILESTONES = (500, 1000, 2000, 4000, 8000, 12000, 16000, 24000)
LONG_WIDTH, KEEP = 512, 0.999
MAP_STEPS, MAP_LONGER = 8000, (0.700, 0.741, 0.701)  # good images then, by seed: `map_for_long(seed)`
KEPT, WEIGHTS = Path(__file__).with_suffix(".json"), Path(__file__).with_suffix(".safetensors")


@dataclass(frozen=True)
class Milestone:
    """How good what a model makes is after so many steps of training."""

    steps: int
    good: float
    ratio: float
    classes: float


@one_thread()
def train_long(seed: int = 0, milestones: Sequence[int] = MILESTONES) -> tuple[NoiseGuesser, list[Milestone]]:
    """Train a wider guesser for long, and judge a running average of its weights on the way."""
    dice, data, schedule = torch.Generator().manual_seed(seed), digit_data(), NoiseSchedule(50)
    model = NoiseGuesser(data.shape[1:], dice, LONG_WIDTH)
    average, optimizer = copy.deepcopy(model), torch.optim.Adam(model.parameters(), lr=2e-3)
    reached = []
    for step in range(1, max(milestones) + 1):
        rows = torch.randint(len(data), (128,), generator=dice)
        loss = diffusion_loss(model, schedule, data[rows], dice)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        share = 1 - min(KEEP, (1 + step) / (10 + step))
        with torch.no_grad():
            for mean, parameter in zip(average.parameters(), model.parameters(), strict=True):
                mean.lerp_(parameter, share)
        if step in milestones:
            reached.append(judge_milestone(step, Diffuser(average, schedule, [], 0.0)))
    return average, reached


def judge_milestone(steps: int, diffuser: Diffuser, n: int = 1000, seed: int = 1) -> Milestone:
    """Judge `n` digits of a diffuser."""
    judge, images = load_judge(), as_images(diffuser.make(n, seed))
    report = copy_report(images, judge.digits.train.images, judge.digits.test.images)
    return Milestone(steps, float(judge.good(images).float().mean()), report.ratio, judge.classes(images))


def map_for_long(seed: int = 0, steps: int = MAP_STEPS, n: int = 1000) -> float:
    """Return the share of good images of a map of digits that is trained for long; about a minute."""
    return float(load_judge().good(draws(train_map("vae", seed, steps=steps), n)).float().mean())


@cache
def kept_milestones() -> list[Milestone]:
    """Return the shipped milestones of the long run."""
    return [Milestone(**row) for row in json.loads(KEPT.read_text(encoding="utf-8"))]


@cache
def long_trained() -> Diffuser:
    """Return the diffuser of the long run, as shipped."""
    model = NoiseGuesser((1, 8, 8), torch.Generator(), LONG_WIDTH)
    model.load_state_dict(load_file(WEIGHTS))
    model.requires_grad_(False)
    return Diffuser(model, NoiseSchedule(50), [], 0.0)


def same_time(diffuser: Diffuser, mapped: Mapped, n: int = 1000) -> Finding:
    """Find whose images are better after a few seconds of training, a variational autoencoder's or "
    "diffusion's."""
    judge = load_judge()
    images = {"VAE": draws(mapped, n), "diffusion": as_images(diffuser.make(n))}
    good = {name: float(judge.good(made).float().mean()) for name, made in images.items()}
    best = max(good, key=lambda name: good[name])
    longer = kept_milestones()
    overtakes = next((one.steps for one in longer if one.good > good["VAE"]), None)
    says = (
        f"Good images: VAE {good['VAE']:.0%} after {mapped.seconds:.0f} s of training, diffusion "
        f"{good['diffusion']:.0%} after "
        f"{diffuser.seconds:.0f} s here."
    )
    if overtakes:
        says += (
            f" With more training a wider diffusion network (shipped) passes that at {overtakes:,} steps and has "
            f"{longer[-1].good:.0%} after {longer[-1].steps:,} (its distance ratio, part 6, falls to "
            f"{longer[-1].ratio:.2f} on the way). "
        )
        if min(MAP_LONGER) > good["VAE"]:
            says += (
                f"But the VAE gains, too, if you let it: {min(MAP_LONGER):.0%} to {max(MAP_LONGER):.0%} after "
                f"{MAP_STEPS:,} steps, with {len(MAP_LONGER)} seeds."
            )
    return Finding(
        "the better one after a few seconds", best, lambda _: draw_same_time(good, images["VAE"]), says
    )


def draw_same_time(good: Mapping[str, float], blurred: Tensor) -> Picture:
    """Draw the share of good images of the long run by steps of training, beside VAEs'."""
    figure, axes = new_figure(height=3.4, columns=2)
    pictures, axis = axes
    pictures.get_gridspec().set_width_ratios([1, 1.9])
    sharp = as_images(long_trained().make(12, seed=3))
    sheets = [tile(blurred[:12], 4), tile(sharp, 4)]
    gap = torch.full((4, sheets[0].shape[1]), torch.nan)
    pictures.imshow(
        torch.cat([sheets[0], gap, sheets[1]]).tolist(), cmap="Greys", vmin=0, vmax=1, interpolation="nearest"
    )
    height = len(sheets[0])
    pictures.set_yticks([height / 2, 1.5 * height + 4], ["VAE", "diffusion,\nlong run"])
    pictures.set_xticks([])
    pictures.tick_params(length=0)
    pictures.spines[:].set_visible(False)
    kept = kept_milestones()
    axis.plot(
        [one.steps for one in kept], [one.good for one in kept], "o-", color=BLUE, label="diffusion, long run"
    )
    axis.plot([1000], [good["VAE"]], "D", color=ORANGE, markersize=8, label="VAE of this page")
    axis.plot(
        [MAP_STEPS] * len(MAP_LONGER), MAP_LONGER, "D", color=ORANGE, fillstyle="none", label="VAE, long run"
    )
    axis.plot([1000], [good["diffusion"]], "s", color=GREEN, markersize=8, label="diffusion of this page")
    axis.set(xscale="log", ylim=(0, 1), ylabel="good images", xlabel="steps of training")
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.set_xticks([500, 2000, 8000, 24000], ["500", "2,000", "8,000", "24,000"])
    axis.minorticks_off()
    figure.legend(loc="outside upper right", ncols=2)
    told = ", ".join(f"{one.good:.0%} at {one.steps:,}" for one in kept)
    return Picture(
        figure,
        f"Share of good images. VAE {good['VAE']:.0%}, diffusion of this page "
        f"{good['diffusion']:.0%}; the long run of diffusion: {told}; a VAE at {MAP_STEPS:,}: "
        f"{min(MAP_LONGER):.0%} to {max(MAP_LONGER):.0%}.",
        "",
    )


# --- the same code on sound ---------------------------------------------------------------------------------------

CYCLE, TONES, RATE = (
    64,
    6,
    12_000,
)  # samples of one cycle; overtones in it; samples per second when it is looped


def cycles(n: int, seed: int = 0) -> Tensor:
    """Return `n` single cycles (n, 1, 64) of sounds made of a tone and five overtones of random "
    "loudness, -1 to 1."""
    dice = torch.Generator().manual_seed(seed)
    loud = torch.rand(n, TONES, generator=dice) / torch.arange(1, TONES + 1)  # (n, tones)
    angle = 2 * math.pi * torch.arange(CYCLE) / CYCLE
    waves = loud @ torch.sin(torch.arange(1, TONES + 1)[:, None] * angle)  # (n, 64)
    return (waves / waves.abs().amax(1, keepdim=True))[:, None]


def tone_share(waves: Tensor) -> float:
    """Return the share of the power that lies in the six tones; of plain noise it is about 6 in 32."""
    power = torch.fft.rfft(waves.flatten(1) - waves.flatten(1).mean(1, keepdim=True)).abs().square().sum(0)
    return float(power[1 : TONES + 1].sum() / power.sum())


def looped(wave: Tensor, seconds: float = 0.7) -> Tensor:
    """Repeat one cycle (1, 64) for so long."""
    return wave.flatten().repeat(int(seconds * RATE / CYCLE))


def sound_from_noise(seed: int = 0, steps: int = 500) -> tuple[Finding, Tensor]:
    """Train the same diffusion code on sounds; find how much of a made sound is tone, and return what to listen to.

    The sound: noise, the state half way, and the result, each looped for a while.
    """
    real = cycles(1024, seed)
    diffuser = train_diffuser(real, seed, steps)
    walked = diffuser.walk(200, seed)
    shares = [tone_share(step.x) for step in walked]
    half = walked[len(walked) * 3 // 4]
    heard = torch.cat([looped(step.x[0].clamp(-1, 1) * 0.5) for step in (walked[0], half, walked[-1])])
    finding = Finding(
        "power of the made sounds that lies in the six tones",
        f"{shares[-1]:.0%}",
        lambda guess: draw_sound(walked, real, shares, guess),
        f"Noise has {shares[0]:.0%} of its power in the six tones, the made sounds {shares[-1]:.0%}, "
        "the real ones "
        f"{tone_share(real):.0%}. Not a line of the code was changed: it never knew that those "
        "numbers were images.",
    )
    return finding, heard


def draw_sound(
    steps: Sequence[DiffusionStep], real: Tensor, shares: Sequence[float], guess: object = None
) -> Picture:
    """Draw one wave on its way, the nearest real one, and the share of tone by step."""
    figure, axes = new_figure(height=3.0, columns=2)
    wave, axis = axes
    wave.get_gridspec().set_width_ratios([1.4, 1])
    made = steps[-1].x[:1].clamp(-1, 1)
    like = real[nearest(made, real)[1]]
    wave.plot(steps[0].x[0, 0].tolist(), color=GREY, linewidth=0.8, linestyle=":", label="noise")
    wave.plot(made[0, 0].tolist(), color=BLUE, label="made of it")
    wave.plot(like[0, 0].tolist(), color=ORANGE, linestyle="--", label="nearest real one")
    wave.set(ylim=(-2.6, 2.6), xlabel="place in the cycle", ylabel="air pressure")
    axis.plot(range(len(shares)), shares, color=BLUE)
    axis.set(ylim=(0, 1.05), xlabel="steps done")
    axis.set_title("share of tone")
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    mark_guess(axis, guess, share=True)
    figure.legend(loc="outside upper left", ncols=3)
    return Picture(
        figure,
        "A wave made from noise beside the nearest real one. Share of power in the six tones: "
        f"{shares[0]:.0%} before, "
        f"{shares[len(shares) // 2]:.0%} half way, {shares[-1]:.0%} at the end.",
        "",
    )


if __name__ == "__main__":
    guesser, found = train_long()
    save_file(guesser.state_dict(), WEIGHTS)
    KEPT.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
