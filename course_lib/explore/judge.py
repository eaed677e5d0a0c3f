"""Who says whether a made digit is any good? A judge, and what it takes noise for (lesson 08, part 1).

`python -m course_lib.explore.judge` trains the judge and writes `judge.safetensors` (some seconds).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from course_lib.data.digits import Digits, load_digits
from course_lib.evaluation.copies import nearest
from course_lib.explore.figure import BLUE, GREEN, GREY, ORANGE, Finding, Picture, mark_guess, new_figure
from course_lib.explore.live import Live
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
        """Return which images it is sure of *and* that are no further from the real ones than real ones are."""
        return self.sure(images) & (self.distance(images) < self.furthest)

    def classes(self, images: Tensor) -> float:
        """Return how many classes a heap of images effectively has: the exponential of the entropy of the answers."""
        shares = self.chances(images).argmax(1).bincount(minlength=10).double() / len(images)
        return float(torch.special.entr(shares).sum().exp())


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
