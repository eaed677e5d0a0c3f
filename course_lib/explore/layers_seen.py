"""Layer by layer: what a CNN's kernels become, how far they see, and what can be read off them (lesson 07)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.data.digits import DigitSet
from course_lib.explore.figure import BLUE, GREY, Finding, Picture, mark_guess, new_figure
from course_lib.explore.moved_digits import signed, spread
from course_lib.explore.seeing import (
    Seer,
    deep_seer,
    edge_shares,
    first_kernels,
    kept,
    new_seer,
    probe_by_depth,
)
from course_lib.explore.view import View
from course_lib.models.cnn import CNNConfig, SmallCNN

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOOKS = {"trained": (BLUE, "o-"), "untrained": (GREY, "s--"), "labels shuffled": ("#B77B00", "^:")}


def how_far_it_sees(layer: int, size: int = 32) -> int:
    """Return how many pixels in a row can move one number of a layer (1, 2, 3) of a CNN, before its pooling.

    Measured: which pixels get a gradient, for networks with random weights.
    """
    generator = torch.Generator().manual_seed(0)
    model = SmallCNN(CNNConfig(image_size=size, channels=(4,) * layer), generator).double()
    reached = torch.zeros(size, size, dtype=torch.bool)
    for _ in range(5):
        image = torch.randn(1, 1, size, size, generator=generator).double().requires_grad_()
        features = model(image, return_features=True).features
        assert features is not None
        middle = features[-1].shape[-1] // 2
        (gradient,) = torch.autograd.grad(features[-1][0, :, middle, middle].sum(), image)
        reached |= gradient[0, 0] != 0
    return int(reached.any(0).sum())


def _sheet(maps: Tensor) -> Tensor:
    """Lay maps (O, Y, X) out in rows of eight with gaps, the strongest response of all of them at 1."""
    edge = max(1, maps.shape[-1] // 8)
    framed = F.pad(maps / max(float(maps.max()), 1e-9), (edge,) * 4, value=float("nan"))
    return torch.cat([torch.cat(list(row), 1) for row in framed.split(8)], 0)


@torch.no_grad()
def draw_layers(seer: Seer, image: Tensor, label: int) -> tuple[Figure, str]:
    """Draw a digit and what each kernel of each layer makes of it."""
    found = [layer[0] for layer in seer.features(image[None])]
    sheets = [image, *(_sheet(maps) for maps in found)]
    figure, axes = new_figure(6.4, 4.6, rows=len(sheets))
    axes[0].get_gridspec().set_height_ratios(
        [sheet.shape[-2] / sheet.shape[-1] * (1 if i else 0.16) + 0.03 for i, sheet in enumerate(sheets)]
    )
    sure = seer.sure(image[None])[0]
    said = int(sure.argmax())
    article = "an" if label == 8 else "a"
    names = [f"{article} {label}; the network says {said} ({float(sure[said]):.0%})"]
    names += [
        f"layer {i}: {len(maps)} kernels, {maps.shape[-1]} × {maps.shape[-1]} places each"
        for i, maps in enumerate(found, 1)
    ]
    for place, (axis, sheet, name) in enumerate(zip(axes, sheets, names, strict=True)):
        axis.imshow(sheet.squeeze(0), cmap="cividis" if place else "gray_r", vmin=0, vmax=1)
        axis.set_xticks([])
        axis.set_yticks([])
        for spine in axis.spines.values():
            spine.set_visible(False)
        axis.set_title(name, fontsize=13)
    quiet = [sum(float(one.max()) == 0 for one in layer) for layer in found]
    told = ", ".join(
        f"{n} of {len(layer)} in layer {i}" for i, (n, layer) in enumerate(zip(quiet, found, strict=True), 1)
    )
    return (
        figure,
        f"The network says {said} with {float(sure[said]):.0%}; it is {article} {label}. Kernels that find "
        f"nothing: {told}.",
    )


def watch_layers(seer: Seer, part: DigitSet) -> View:
    """Return the view: one of 60 new digits, and what each layer makes of it."""
    import ipywidgets

    slider: dict[str, Any] = {
        "image": ipywidgets.IntSlider(
            value=0, min=0, max=59, description="image", style={"description_width": "70px"}
        )
    }
    wrong = (seer.predict(part.images[:60]) != part.labels[:60]).nonzero().flatten().tolist()
    last = wrong[0] if wrong else 2
    return View(
        lambda image: draw_layers(seer, part.images[image], int(part.labels[image])),
        slider,
        [{"image": 0}, {"image": 1}, {"image": last}],
    )


def kernels_before_and_after(seed: int = 0) -> Finding:
    """Find how alike the first layer's kernels are before and after training."""
    before = first_kernels(new_seer("CNN 16-16-16", seed))
    after = first_kernels(deep_seer("trained", seed))
    alike = F.cosine_similarity(before.flatten(1), after.flatten(1))
    rows = kept()["first layer"]
    edges = {name: fmean(row["edges"] for row in runs) for name, runs in rows.items()}
    cosines = [row["cosine"] for row in rows["trained"]]
    low = min(row["least"] for row in rows["trained"])
    return Finding(
        "likeness of a first-layer kernel and its random start",
        f"{float(alike.mean()):.2f}",
        lambda _: draw_kernels(before, after, alike),
        f"Five seeds: mean {min(cosines):.2f} to {max(cosines):.2f}, the most changed kernel {low:.2f}. On "
        "average of five seeds, of a first-layer kernel's energy (sum of squares) "
        f"{edges['trained']:.0%} is a slope (dark on one side, bright on the other); untrained it is "
        f"{edges['untrained']:.0%}, "
        f"trained on shuffled labels {edges['labels shuffled']:.0%}, by chance 22%. On tiny digits the "
        "first layer hardly learns, and "
        'random patterns serve. "The first layer learns edges" is told of networks that saw photographs, and our '
        "two photographs were full of them.",
    )


def draw_kernels(before: Tensor, after: Tensor, alike: Tensor) -> Picture:
    """Draw the kernels of a first layer before and after training, one above the other."""
    figure, axes = new_figure(6.4, 1.75, rows=2)
    for axis, kernels, name in zip(axes, (before, after), ("random start", "after training"), strict=True):
        scaled = kernels / kernels.flatten(1).abs().amax(1)[:, None, None]
        framed = F.pad(scaled, (0, 1, 0, 0), value=float("nan"))
        axis.imshow(torch.cat(list(framed), 1), cmap="gray", vmin=-1, vmax=1)
        axis.set_xticks([])
        axis.set_yticks([])
        axis.set_title(name, fontsize=11)
        for spine in axis.spines.values():
            spine.set_visible(False)
    changed = int((alike < 0.9).sum())
    return Picture(
        figure,
        f"{len(alike)} kernels before and after training: {len(alike) - changed} of them point nearly the "
        "same way (cosine "
        f"above 0.9), the most changed one has {float(alike.min()):.2f}. Slope-shaped share "
        f"{float(edge_shares(before).mean()):.0%} "
        f"before, {float(edge_shares(after).mean()):.0%} after.",
        "The 16 kernels of the first layer, each below its own random start.",
    )


def readable_by_depth(seed: int = 0) -> Finding:
    """Find how many digits can be read off the third layer of a network that was never trained."""
    found = {name: probe_by_depth(deep_seer(name, seed), seed) for name in LOOKS}
    rows = kept()["probe"]
    gains = {
        name: " to ".join(signed(100 * pick(run[2] - run[0] for run in runs)) for pick in (min, max))
        for name, runs in rows.items()
    }
    told = {name: [spread([run[i] for run in runs]) for i in range(3)] for name, runs in rows.items()}
    return Finding(
        "digits read off the third layer, untrained",
        f"{found['untrained'][2]:.0%}",
        lambda guess: draw_probe(found, guess),
        f"Five seeds, layers 1, 2, 3: trained {', '.join(told['trained'])}; untrained "
        f"{', '.join(told['untrained'])}; trained on shuffled "
        f"labels {', '.join(told['labels shuffled'])}. So later layers do know more of the whole digit, "
        "and training did it: from layer 1 to 3 it gains "
        f"{gains['trained']} points, the untrained network {gains['untrained']}. But what an untrained "
        "network shows would have looked like "
        "knowledge, too: **a probe needs a control.**",
    )


def draw_probe(found: Mapping[str, Sequence[float]], guess: object = None) -> Picture:
    """Draw what can be read off each layer, for three networks."""
    figure, axis = new_figure(6.4, 3.2)
    for name, (colour, style) in LOOKS.items():
        axis.plot(range(1, 4), found[name], style, color=colour, label=name, markersize=8)
        runs = list(zip(*kept()["probe"][name], strict=True))
        low, high = ([limit(run) for run in runs] for limit in (min, max))
        axis.fill_between(range(1, 4), low, high, color=colour, alpha=0.15, linewidth=0)
    axis.set_xticks([1, 2, 3], ["layer 1", "layer 2", "layer 3"])
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.set(ylabel="digits read off it", ylim=(0, 1.03), xlim=(0.9, 3.1))
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper left", ncols=3)
    mark_guess(axis, guess, share=True)
    told = "; ".join(
        f"{name} " + ", ".join(f"{share:.0%}" for share in shares) for name, shares in found.items()
    )
    return Picture(
        figure,
        f"New digits read off layers 1, 2 and 3 by straight borders: {told}. Guessing gives 10%.",
        "From 16 numbers per layer: each kernel's largest response. Bands: five seeds.",
    )
