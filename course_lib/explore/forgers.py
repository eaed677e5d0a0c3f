"""A forger and an inspector: how a forger of digits gives up variety (lesson 08, part 3).

`python -m course_lib.explore.forgers` trains the forgers of other seeds and writes `forgers.json` (some minutes).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path

import torch
from torch import Tensor

from course_lib.explore.figure import BLUE, ORANGE, Finding, Picture, mark_guess, new_figure, table
from course_lib.explore.gallery import tile
from course_lib.explore.judge import load_judge
from course_lib.explore.live import Live
from course_lib.explore.threads import one_thread
from course_lib.models.gan import Discriminator, GANConfig, Generator, train_step

KEPT = Path(__file__).with_suffix(".json")
KEPT_SEEDS = range(1, 6)
CALM, HASTY = 0.5, 0.9  # Adam's first beta: how much of the direction of before each step keeps
STAGES = (200, 400, 800)
NAMES = {CALM: "calm", HASTY: "hasty"}


@one_thread()
def train_forger(beta1: float, seed: int = 0, stages: Sequence[int] = STAGES, n: int = 400) -> list[Tensor]:
    """Train a forger and an inspector on the digits; return `n` forged digits at each of `stages`; seconds.

    Args:
        beta1: Adam's first beta, for both sides.
    """
    dice, real = torch.Generator().manual_seed(seed), load_judge().digits.train.images
    forger, inspector = Generator(GANConfig(), dice), Discriminator(GANConfig(), dice)
    by_forger, by_inspector = (
        torch.optim.Adam(net.parameters(), lr=1e-3, betas=(beta1, 0.999)) for net in (forger, inspector)
    )
    made = []
    with Live() as live:
        for step in range(1, max(stages) + 1):
            batch = real[torch.randint(len(real), (64,), generator=dice)]
            losses = train_step(forger, inspector, by_forger, by_inspector, batch, dice)
            if step in stages:
                with torch.no_grad():
                    made.append(forger.generate(n, torch.Generator().manual_seed(seed)))
            line = f"step {step} of {max(stages)}: inspector pays {float(losses.discriminator):.2f}"
            live.show(partial(str, line))
    return made


@dataclass(frozen=True)
class Forged:
    """What a judge says of a forger's digits after some steps.

    Attributes:
        classes: how many classes they effectively have: 1 if all are one digit, 10 if all digits are equally frequent.
    """

    beta1: float
    seed: int
    step: int
    sure: float
    good: float
    classes: float


def measure_forger(beta1: float, seed: int, images: Sequence[Tensor]) -> list[Forged]:
    """Judge what a forger made at each stage."""
    judge = load_judge()
    return [
        Forged(
            beta1,
            seed,
            step,
            float(judge.sure(x).float().mean()),
            float(judge.good(x).float().mean()),
            judge.classes(x),
        )
        for step, x in zip(STAGES, images, strict=True)
    ]


@cache
def kept_forgers() -> list[Forged]:
    """Return the shipped results of the other seeds, at the last stage."""
    return [Forged(**row) for row in json.loads(KEPT.read_text(encoding="utf-8"))]


@dataclass(frozen=True)
class Pair:
    """A calm and a hasty forger of one seed: what they made at the stages, and what the judge says of it."""

    images: dict[float, list[Tensor]]
    results: dict[float, list[Forged]]

    def last(self, beta1: float) -> Forged:
        return self.results[beta1][-1]


def train_pair(seed: int = 0) -> Pair:
    """Train both forgers; seconds."""
    images = {beta1: train_forger(beta1, seed) for beta1 in NAMES}
    return Pair(images, {beta1: measure_forger(beta1, seed, made) for beta1, made in images.items()})


def variety(pair: Pair) -> Finding:
    """Find how many classes the hasty forger's digits effectively have."""
    hasty, calm = pair.last(HASTY), pair.last(CALM)
    others = {beta1: [one.classes for one in kept_forgers() if one.beta1 == beta1] for beta1 in NAMES}
    noise = torch.rand(pair.images[CALM][-1].shape, generator=torch.Generator().manual_seed(1))
    dust = load_judge().classes(noise)
    return Finding(
        f"different digits of the hasty forger after {hasty.step:,} steps",
        f"{hasty.classes:.1f}",
        lambda guess: draw_variety(pair, guess),
        f"The calm one ends with {calm.classes:.1f} effective digits (10: all equally often; 1: one only), "
        "the hasty one with "
        f"{hasty.classes:.1f}: **mode collapse**. "
        f"With {len(others[CALM])} other seeds: {min(others[CALM]):.1f} to {max(others[CALM]):.1f} against "
        f"{min(others[HASTY]):.1f} to {max(others[HASTY]):.1f}. Nothing in the forger's loss asks for "
        "variety; it only has "
        "to pass. What passes today is made again and again, until the inspector notices and the "
        f"chase moves on. (Counted over all images, good or not: plain noise has {dust:.1f}.)",
    )


def draw_variety(pair: Pair, guess: object = None) -> Picture:
    """Draw forged digits of both, and the effective number of classes of all seeds."""
    figure, axes = new_figure(height=3.1, columns=2)
    pictures, axis = axes
    pictures.get_gridspec().set_width_ratios([1.7, 1])
    sheets = [tile(pair.images[beta1][-1][:18], 9) for beta1 in NAMES]
    gap = torch.full((4, sheets[0].shape[1]), torch.nan)
    pictures.imshow(
        torch.cat([sheets[0], gap, sheets[1]]).tolist(), cmap="Greys", vmin=0, vmax=1, interpolation="nearest"
    )
    height = len(sheets[0])
    pictures.set_yticks([height / 2, 1.5 * height + 4], list(NAMES.values()))
    pictures.set_xticks([])
    pictures.tick_params(length=0)
    pictures.spines[:].set_visible(False)
    for place, (beta1, colour, mark) in enumerate(((CALM, BLUE, "o"), (HASTY, ORANGE, "s"))):
        others = [one.classes for one in kept_forgers() if one.beta1 == beta1]
        axis.plot([place] * len(others), others, mark, color=colour, fillstyle="none", markersize=7)
        axis.plot([place], [pair.last(beta1).classes], mark, color=colour, markersize=9)
        axis.annotate(
            f"{pair.last(beta1).classes:.1f}", (place, pair.last(beta1).classes), (10, 0),
            textcoords="offset points", va="center", color=colour,
        )  # fmt: skip
    axis.set(xlim=(-0.5, 1.7), ylim=(0, 10.4), ylabel="effective number of digits")
    axis.set_xticks([0, 1], list(NAMES.values()))
    mark_guess(axis, guess)
    told = "; ".join(
        f"{name}: {pair.last(beta1).classes:.1f}, other seeds "
        + ", ".join(f"{one.classes:.1f}" for one in kept_forgers() if one.beta1 == beta1)
        for beta1, name in NAMES.items()
    )
    return Picture(
        figure,
        f"Forged digits of two forgers and how many different digits they make, of ten. {told}.",
        "Filled: the two of this page. Open: other seeds.",
    )


def looks_better(pair: Pair) -> Finding:
    """Find of how many of the collapsed forger's images the judge is sure."""
    hasty, calm = pair.last(HASTY), pair.last(CALM)
    pairs = [
        (one.sure, other.sure)
        for one in kept_forgers() if one.beta1 == HASTY
        for other in kept_forgers() if other.beta1 == CALM and other.seed == one.seed
    ]  # fmt: skip
    wins = sum(one > other for one, other in pairs)
    says = (
        f"The judge is sure of {hasty.sure:.0%} of the hasty forger's images, and of {calm.sure:.0%} "
        f"of the calm one's. The hasty one is ahead in {wins} of {len(pairs)} other pairs."
    )
    if hasty.sure > calm.sure:
        says = "More than of the calm one's, and that is the trap. " + says
    says += (
        f" The other two numbers tell what happened: {hasty.good:.0%} of its images are good (the "
        "calm one's: "
        f"{calm.good:.0%}), and it has {hasty.classes:.1f} effective digits. One number is never "
        "enough for a generator: "
        "ask for quality, variety and, in part 6, for copies."
    )
    return Finding(
        "hasty forger's images that the judge is sure of",
        f"{hasty.sure:.0%}",
        lambda _: table(
            ["after steps", "forger", "judge is sure", "good", "effective digits"],
            [
                (f"{one.step:,}", NAMES[beta1], f"{one.sure:.0%}", f"{one.good:.0%}", f"{one.classes:.1f}")
                for stage in range(len(STAGES))
                for beta1, one in ((beta1, pair.results[beta1][stage]) for beta1 in NAMES)
            ],
        ),
        says,
    )


if __name__ == "__main__":
    rows = [
        asdict(measure_forger(beta1, seed, train_forger(beta1, seed))[-1])
        for seed in KEPT_SEEDS
        for beta1 in NAMES
    ]
    KEPT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
