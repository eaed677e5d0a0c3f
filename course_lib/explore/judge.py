"""Who says whether a made digit is any good? A judge, and what it takes noise for (lesson 08, part 1).

`python -m course_lib.explore.judge` trains the judge and writes `judge.safetensors` (some seconds).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from course_lib.data.digits import Digits, load_digits
from course_lib.evaluation.copies import nearest
from course_lib.explore.figure import BLUE, GREEN, Finding, Picture, mark_guess, new_figure
from course_lib.explore.gallery import tile
from course_lib.explore.threads import one_thread
from course_lib.models.cnn import CNNConfig, SmallCNN

KEPT = Path(__file__).with_suffix(".safetensors")
SURE = 0.9  # how sure the judge has to be
INSIDE = 0.95  # this share of real new digits counts as near enough


@dataclass(frozen=True)
class Judge:
    """A classifier of real digits, and what a digit may differ from all that were trained on.

    Attributes:
        digits: the data; its `train` part is what every model of the lesson learns from.
        furthest: 95 % of the test digits are nearer than this to a training digit.
        accuracy: share of test digits that it names right.
    """

    model: SmallCNN
    digits: Digits
    furthest: float = field(default=0.0)
    accuracy: float = field(default=0.0)

    @torch.no_grad()
    def chances(self, images: Tensor) -> Tensor:
        """Return how likely each digit is, (N, 10)."""
        return self.model(images).logits.softmax(-1)

    def distance(self, images: Tensor) -> Tensor:
        """Return how far each image is from the nearest training digit, (N,)."""
        return nearest(images, self.digits.train.images)[0]

    def sure(self, images: Tensor) -> Tensor:
        """Return for which images the judge is more than 90 % sure of its answer."""
        return self.chances(images).max(dim=1).values > SURE

    def good(self, images: Tensor) -> Tensor:
        """Return which images it is sure of *and* that are no further from the real ones than real "
        "ones are."""
        return self.sure(images) & (self.distance(images) < self.furthest)

    def classes(self, images: Tensor) -> float:
        """Return how many classes a heap of images effectively has: the exponential of the entropy "
        "of the answers."""
        shares = self.chances(images).argmax(1).bincount(minlength=10).double() / len(images)
        return float(torch.special.entr(shares).sum().exp())


def pixel_dice(images: Tensor, n: int, seed: int = 0) -> Tensor:
    """Return `n` images in which every pixel is that of some real image at the same place, drawn on "
    "its own."""
    dice = torch.Generator().manual_seed(seed)
    flat = images.flatten(1)  # (N, P)
    rows = torch.randint(len(flat), (n, flat.shape[1]), generator=dice)
    return flat.gather(0, rows).unflatten(1, images.shape[1:])


def sure_of_dust(n: int = 1000) -> Finding:
    """Find how many images of diced pixels the judge is sure of, and how many of them are good."""
    judge = load_judge()
    half = len(judge.digits.test) // 2
    one, other = judge.digits.test.images.split(half)[:2]
    heaps = {
        "real, new": judge.digits.test.images,
        "two real, mixed": (one + other) / 2,
        "diced pixels": pixel_dice(judge.digits.train.images, n),
        "plain noise": torch.rand(n, 1, 8, 8, generator=torch.Generator().manual_seed(1)),
    }
    sure = {name: float(judge.sure(heap).float().mean()) for name, heap in heaps.items()}
    good = {name: float(judge.good(heap).float().mean()) for name, heap in heaps.items()}
    dust = "diced pixels"
    return Finding(
        "diced images that the judge is more than 90% sure of",
        f"{sure[dust]:.0%}",
        lambda guess: draw_sure(heaps, sure, good, guess),
        "It has to name one of ten digits and was never shown anything else: it is sure of "
        f"{sure[dust]:.0%} of the diced "
        f"images and of {sure['plain noise']:.0%} of plain noise. So from here on an image is "
        "**good** only if the judge is "
        f"sure *and* the nearest training digit is nearer than {judge.furthest:.2f}, as for "
        f"{INSIDE:.0%} of real new digits. "
        f"Then {good[dust]:.1%} of the diced ones pass, and {good['real, new']:.0%} of the real ones. "
        f"Two real digits mixed still pass in {good['two real, mixed']:.0%}: this bar, too, is low.",
    )


def draw_sure(
    heaps: Mapping[str, Tensor], sure: Mapping[str, float], good: Mapping[str, float], guess: object = None
) -> Picture:
    """Draw three images of each heap, and how many of each the judge is sure of and how many are good."""
    figure, axes = new_figure(height=3.3, columns=2)
    pictures, axis = axes
    pictures.get_gridspec().set_width_ratios([1, 1.15])
    names = list(heaps)
    sheet = torch.cat([tile(heap[:3], 3) for heap in heaps.values()])
    spaced = torch.full((len(names) * 10 - 2, sheet.shape[1]), torch.nan)
    for place in range(len(names)):
        spaced[place * 10 : place * 10 + 8] = sheet[place * 8 : place * 8 + 8]
    pictures.imshow(spaced.tolist(), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    pictures.set_yticks([place * 10 + 3.5 for place in range(len(names))], names)
    pictures.set_xticks([])
    pictures.tick_params(length=0)
    pictures.spines[:].set_visible(False)
    at = torch.arange(len(names)).double()
    for shift, values, colour, hatch, name in (
        (-0.2, sure, BLUE, "", "judge is sure"), (0.2, good, GREEN, "//", "and it is near real ones: good"),
    ):  # fmt: skip
        bars = axis.barh(
            at + shift, list(values.values()), 0.36, color=colour, hatch=hatch, edgecolor="white", label=name
        )
        axis.bar_label(bars, [f"{value:.0%}" for value in values.values()], padding=3, fontsize=10)
    axis.set(xlim=(0, 1.15), ylim=(len(names) - 0.5, -0.5), yticks=[])
    axis.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.grid(visible=False)
    figure.legend(loc="outside upper right", ncols=2)
    mark_guess(axis, guess, along="x", share=True)
    told = "; ".join(f"{name}: sure {sure[name]:.0%}, good {good[name]:.1%}" for name in names)
    return Picture(figure, f"Four kinds of images and what the judge says. {told}.", "")


def judge_config() -> CNNConfig:
    return CNNConfig(channels=(16, 32))


@one_thread()
def train_judge(seed: int = 0, steps: int = 500) -> SmallCNN:
    """Train the classifier on the 1,197 training digits; ten seconds or so."""
    train, generator = load_digits().train, torch.Generator().manual_seed(seed)
    model = SmallCNN(judge_config(), generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for step in range(steps):
        rows = torch.randint(len(train), (64,), generator=generator)
        loss = F.cross_entropy(model(train.images[rows]).logits, train.labels[rows])
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = 5e-3 * (1 - step / steps)
        optimizer.step()
    return model


@cache
def load_judge() -> Judge:
    """Return the judge that comes with the course."""
    model = SmallCNN(judge_config())
    model.load_state_dict(load_file(KEPT))
    model.requires_grad_(False)
    judge = Judge(model, load_digits())
    test = judge.digits.test
    right = (judge.chances(test.images).argmax(1) == test.labels).float().mean()
    return Judge(model, judge.digits, float(judge.distance(test.images).quantile(INSIDE)), float(right))


if __name__ == "__main__":
    save_file(train_judge().state_dict(), KEPT)
