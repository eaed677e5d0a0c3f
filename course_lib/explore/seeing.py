"""Small networks that read digits, and what five seeds of each gave (lesson 07).

`python -m course_lib.explore.seeing` trains all of them anew and writes `seeing.json` (five minutes on one core).

Here a CNN is trained with torch's own convolution and pooling, which give what `course_lib.models.cnn` gives
(tests/explore/test_seeing.py) and are several times as fast.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.data.digits import DigitSet, load_digits, shift
from course_lib.device import one_thread
from course_lib.evaluation.robustness import measure_robustness, shift_robustness
from course_lib.explore.live import Live
from course_lib.models.cnn import CNNConfig, SmallCNN
from course_lib.models.mlp import MLP, MLPConfig

Kind = Literal["MLP", "wide MLP", "CNN", "CNN 16-16-16", "CNN, global pooling"]
HIDDEN = {"MLP": 25, "wide MLP": 128}
CHANNELS = {"CNN 16-16-16": (16, 16, 16)}
STEPS, BATCH, RATE = 400, 64, 5e-3
SEEDS = range(5)
KEPT = Path(__file__).with_name("seeing.json")
CANVAS = 12  # pixels: room for a digit to move without losing ink


def on_canvas(images: Tensor, size: int) -> Tensor:
    """Put images (N, 1, 8, 8) in the middle of `size` x `size` pixels of paper."""
    edge = (size - images.shape[-1]) // 2
    return F.pad(images, (edge, edge, edge, edge))


@dataclass
class Seer:
    """A network that reads digits of one size; `order` is the order in which it gets the pixels (None: as they are)."""

    kind: Kind
    size: int
    model: MLP | SmallCNN
    order: Tensor | None = None

    def features(self, images: Tensor) -> list[Tensor]:
        """Return what each layer of a CNN sees, (N, O, Y, X), after the ReLU and before pooling."""
        model, x, found = cast(SmallCNN, self.model), self.shown(images), []
        for layer in model.layers:
            layer = cast(Any, layer)
            x = torch.relu(F.conv2d(x, layer.weight, layer.bias, padding=layer.padding))
            found.append(x)
            x = F.max_pool2d(x, 2)
        return found

    def shown(self, images: Tensor) -> Tensor:
        """Return the images as the network gets them: on its canvas, the pixels in its order."""
        images = on_canvas(images, self.size) if images.shape[-1] < self.size else images
        return images if self.order is None else images.flatten(1)[:, self.order].view_as(images)

    def scores(self, images: Tensor) -> Tensor:
        """Score the ten digits, (N, 10)."""
        if isinstance(self.model, MLP):
            return self.model(self.shown(images)).logits
        last = self.features(images)[-1]
        pooled = last.amax((2, 3)) if self.kind == "CNN, global pooling" else F.max_pool2d(last, 2)
        return self.model.classify(pooled.flatten(1))

    @torch.no_grad()
    def predict(self, images: Tensor) -> Tensor:
        """Name a digit for each image, (N,)."""
        return self.scores(images).argmax(-1)

    @torch.no_grad()
    def sure(self, images: Tensor) -> Tensor:
        """Return the probability of each digit, (N, 10)."""
        return self.scores(images).softmax(-1)

    @property
    def weights(self) -> int:
        return sum(parameter.numel() for parameter in self.model.parameters())


def new_seer(kind: Kind, seed: int, size: int = 8, order: Tensor | None = None) -> Seer:
    """Return an untrained network; the same seed gives the same weights."""
    generator = torch.Generator().manual_seed(seed)
    if kind in HIDDEN:
        return Seer(kind, size, MLP(MLPConfig(size * size, 10, (HIDDEN[kind],)), generator), order)
    model = SmallCNN(CNNConfig(image_size=size, channels=CHANNELS.get(kind, (8, 16))), generator)
    if kind == "CNN, global pooling":
        model.classify = nn.Linear(16, 10)
        nn.init.normal_(model.classify.weight, 0, 0.25, generator=generator)
        nn.init.zeros_(model.classify.bias)
    return Seer(kind, size, model, order)


def pixel_order(seed: int = 0) -> Tensor:
    """Return one order of 64 pixels that has nothing to do with where they lie."""
    return torch.randperm(64, generator=torch.Generator().manual_seed(seed))


@cache
def train_seer(
    kind: Kind,
    seed: int,
    moved: int = 0,
    size: int = 8,
    shuffled: Literal["", "pixels", "labels"] = "",
    steps: int = STEPS,
) -> Seer:
    """Train with Adam, the rate falling to 0, on the split of the digits that belongs to the seed.

    The same network comes back for the same arguments: nobody may train it further.

    Args:
        moved: each batch is moved by up to so many pixels in both directions.
        size: of the canvas.
        shuffled: "pixels" in one fixed order for all images, or "labels" that say nothing.
    """
    seer = new_seer(kind, seed, size, pixel_order() if shuffled == "pixels" else None)
    dice = torch.Generator().manual_seed(1000 + seed)
    train = load_digits(seed).train
    images, labels = on_canvas(train.images, size), train.labels
    if shuffled == "labels":
        labels = labels[torch.randperm(len(labels), generator=dice)]
    optimizer = torch.optim.Adam(seer.model.parameters(), lr=RATE)
    told = f"{kind}{', moved' if moved else ''}{f', {shuffled} shuffled' if shuffled else ''}, seed {seed}"
    with one_thread(), Live() as live:
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = RATE * (1 - step / steps)
            rows = torch.randint(len(images), (BATCH,), generator=dice)
            right, down = torch.randint(-moved, moved + 1, (2,), generator=dice).tolist()
            batch = shift(images[rows], right, down) if moved else images[rows]
            scores = seer.scores(batch)
            loss = F.cross_entropy(scores, labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            so_far = (float(loss.detach()), float((scores.argmax(-1) == labels[rows]).float().mean()))
            live.show(
                lambda step=step, so_far=so_far: (
                    f"{told}: step {step} of {steps}, loss {so_far[0]:.2f}, "  # type: ignore[misc]
                    f"right in this batch {so_far[1]:.0%}"
                )
            )
    return seer


def new_digits(seed: int, size: int = 8) -> DigitSet:
    """Return the 300 images that belong to a seed and were in no training of it, on a canvas."""
    test = load_digits(seed).test
    return DigitSet(on_canvas(test.images, size), test.labels)


# --- what is measured -----------------------------------------------------------------------------------------


def clean(seer: Seer, seed: int) -> float:
    """Return the accuracy on new digits as they are."""
    test = new_digits(seed, seer.size)
    return shift_robustness(seer.predict, test.images, test.labels, (0,))[0]


def by_distance(seer: Seer, seed: int, shifts: Sequence[int] = (0, 1, 2)) -> list[float]:
    """Return the accuracy on new digits moved by so many pixels, the mean of four directions."""
    test = new_digits(seed, seer.size)
    with one_thread():
        return list(shift_robustness(seer.predict, test.images, test.labels, shifts).values())


def under_changes(seer: Seer, seed: int) -> dict[str, float]:
    """Return the accuracy as it is and under each change (`measure_robustness`)."""
    test = new_digits(seed, seer.size)
    with one_thread():
        found = measure_robustness(seer.predict, test.images, test.labels, seed)
    return {"as it is": found.clean.share, **found.changed}


def edge_shares(kernels: Tensor) -> Tensor:
    """Return for each kernel (O, 3, 3) which share of its squared size is a slope: dark here, bright there.

    A random kernel has 2 of 9 on average.
    """
    along = torch.tensor([-1.0, 0.0, 1.0]).expand(3, 3) / 6**0.5
    flat = kernels.flatten(1)
    parts = (flat @ along.flatten()) ** 2 + (flat @ along.T.flatten()) ** 2
    return parts / (flat**2).sum(1)


def first_kernels(seer: Seer) -> Tensor:
    """Return the kernels of the first layer, (O, 3, 3)."""
    return cast(Any, cast(SmallCNN, seer.model).layers[0]).weight.detach()[:, 0]


def probe_by_depth(seer: Seer, seed: int) -> list[float]:
    """Return for each layer how well ten straight borders read digits off its largest responses, one per kernel.

    The borders (logistic regression) learn from the training part; the shares are those of the test part.
    """
    from sklearn.linear_model import LogisticRegression

    train, test = load_digits(seed).train, load_digits(seed).test
    shares = []
    with torch.no_grad(), one_thread():
        for seen, new in zip(seer.features(train.images), seer.features(test.images), strict=True):
            seen, new = seen.amax((2, 3)), new.amax((2, 3))  # (N, O)
            middle, spread = seen.mean(0), seen.std(0) + 1e-6
            probe = LogisticRegression(max_iter=500).fit((seen - middle) / spread, train.labels)
            shares.append(float(probe.score((new - middle) / spread, test.labels)))
    return shares


@dataclass(frozen=True)
class Sort:
    """One kind of network and training of which five seeds are kept."""

    kind: Kind
    moved: int = 0
    size: int = 8
    shuffled: Literal["", "pixels", "labels"] = ""

    def train(self, seed: int) -> Seer:
        return train_seer(self.kind, seed, self.moved, self.size, self.shuffled)


CHANGED: Mapping[str, Sort] = {
    "MLP": Sort("MLP"),
    "CNN": Sort("CNN"),
    "MLP, moved": Sort("wide MLP", moved=1),
    "CNN, moved": Sort("CNN", moved=1),
}  # the last two were trained on digits moved by up to one pixel
WIDER: Mapping[str, Sort] = {
    "MLP": Sort("MLP", size=CANVAS),
    "CNN": Sort("CNN", size=CANVAS),
    "CNN, global pooling": Sort("CNN, global pooling", size=CANVAS),
    "the same, trained on moved digits": Sort("CNN, global pooling", moved=1, size=CANVAS),
}
SHUFFLED: Mapping[str, Sort] = {"MLP": Sort("MLP", shuffled="pixels"), "CNN": Sort("CNN", shuffled="pixels")}
DEEP: Mapping[str, Sort] = {
    "trained": Sort("CNN 16-16-16"),
    "labels shuffled": Sort("CNN 16-16-16", shuffled="labels"),
}


def deep_seer(name: str, seed: int) -> Seer:
    """Return a CNN of three layers by what became of it: "trained", "labels shuffled" or "untrained"."""
    return new_seer("CNN 16-16-16", seed) if name == "untrained" else DEEP[name].train(seed)


def likeness(name: str, seed: int) -> dict[str, float]:
    """Return how much of a first layer are slopes, and how alike its kernels and their random starts are (cosine)."""
    now, start = first_kernels(deep_seer(name, seed)), first_kernels(new_seer("CNN 16-16-16", seed))
    alike = F.cosine_similarity(now.flatten(1), start.flatten(1))
    return {
        "edges": float(edge_shares(now).mean()),
        "cosine": float(alike.mean()),
        "least": float(alike.min()),
    }


@cache
def kept() -> dict[str, Any]:
    """Return the shipped results, a list with one entry per seed for each network."""
    return json.loads(KEPT.read_text(encoding="utf-8"))


def _round(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _round(one) for name, one in value.items()}
    return [_round(one) for one in value] if isinstance(value, list) else round(value, 4)


def main(seeds: Sequence[int] = SEEDS, path: Path = KEPT) -> None:
    """Train everything with all seeds and write the results."""
    from course_lib.explore.moved_digits import by_digit
    from course_lib.explore.no_digit import SURE, letters, sure_of
    from course_lib.explore.photographs import SOURCES, learned_patterns

    deep = ("trained", "labels shuffled", "untrained")
    found = {
        "changes": {
            name: [under_changes(sort.train(seed), seed) for seed in seeds] for name, sort in CHANGED.items()
        },
        "canvas": {
            name: [by_distance(sort.train(seed), seed) for seed in seeds] for name, sort in WIDER.items()
        },
        "pixels shuffled": {
            name: [clean(sort.train(seed), seed) for seed in seeds] for name, sort in SHUFFLED.items()
        },
        "probe": {name: [probe_by_depth(deep_seer(name, seed), seed) for seed in seeds] for name in deep},
        "first layer": {name: [likeness(name, seed) for seed in seeds] for name in deep},
        "by digit, down by 1": [
            [one.share for one in by_digit(train_seer("CNN", seed), seed)[1].values()] for seed in seeds
        ],
        "letters over 90 %": [
            sum(one > SURE for one in sure_of(train_seer("CNN", seed), letters())[1]) for seed in seeds
        ],
        "patterns": {
            source: [learned_patterns(source, seed).n_edges for seed in seeds] for source in SOURCES
        },
    }
    path.write_text(json.dumps(_round(found), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
