"""Letters shown to a network that knows digits only (lesson 07)."""

from __future__ import annotations

import string
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from course_lib.explore.figure import BLUE, GREY, RED, Finding, Picture, new_figure
from course_lib.explore.seeing import Seer, kept, new_digits, train_seer

if TYPE_CHECKING:
    from numpy.typing import NDArray

SURE = 0.9
ALPHABET = string.ascii_uppercase
DOUBLES = "BDIJOQSZ"  # a person could take them for 8, 0, 1, 5, 2


@cache
def letters() -> Tensor:
    """Return the capital letters A to Z as images (26, 1, 8, 8), 0 for paper to 1 for ink, as high as the digits are.

    They are drawn with the font that comes with matplotlib (DejaVu Sans) and made small by taking means.
    """
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    found = []
    for letter in ALPHABET:
        figure = Figure(figsize=(1.28, 1.28), dpi=100)
        canvas = FigureCanvasAgg(figure)
        figure.text(
            0.5, 0.5, letter, fontsize=70, ha="center", va="center", family="DejaVu Sans", weight="bold"
        )
        canvas.draw()
        ink = 1 - np.asarray(canvas.buffer_rgba())[..., 0] / 255
        found.append(_small(ink))
    return torch.stack(found)[:, None]


def _small(ink: NDArray[Any]) -> Tensor:
    """Cut out the ink, keep its proportions, and bring it to 8 x 8 pixels, as high as they are."""
    rows, columns = (ink.sum(axis) > 0 for axis in (1, 0))
    rows, columns = rows.nonzero()[0], columns.nonzero()[0]
    cut = torch.tensor(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy(), dtype=torch.float32)
    width = max(2, min(8, round(8 * cut.shape[1] / cut.shape[0] * 0.85)))
    small = torch.nn.functional.adaptive_avg_pool2d(cut[None, None], (8, width))[0, 0]
    left = (8 - width) // 2
    return torch.nn.functional.pad(small, (left, 8 - width - left, 0, 0))


def sure_of(seer: Seer, images: Tensor) -> tuple[list[int], list[float]]:
    """Return which digit a network names for each image, and how sure it is."""
    top = seer.sure(images).max(-1)
    return top.indices.tolist(), top.values.tolist()


def reads_the_alphabet(seed: int = 0) -> Finding:
    """Find for how many of 26 letters a network of digits is more than 90 % sure of some digit."""
    seer, test = train_seer("CNN", seed), new_digits(seed)
    said, sure = sure_of(seer, letters())
    dice = torch.Generator().manual_seed(seed)
    noise = sure_of(seer, torch.rand(300, 1, 8, 8, generator=dice))[1]
    real = sure_of(seer, test.images)[1]
    other = [one for letter, one in zip(ALPHABET, sure, strict=True) if letter not in DOUBLES]
    counts = kept()["letters over 90 %"]
    over = [sum(one > SURE for one in group) / len(group) for group in (noise, real)]
    return Finding(
        f"letters, of {len(ALPHABET)}, that it takes for a digit with more than {SURE:.0%}",
        str(sum(one > SURE for one in sure)),
        lambda _: draw_alphabet(said, sure),
        f"Five seeds: {min(counts)} to {max(counts)}. Of the {len(other)} letters that look like "
        f"no digit to us (all but {', '.join(DOUBLES)}) "
        f"it is {sum(one > SURE for one in other)}. Of 300 images of pure noise {over[0]:.0%} pass "
        f"{SURE:.0%}, of real "
        f'digits {over[1]:.0%}. Softmax shares out all of its 100% among ten digits: there is no "none of these". '
        "**A probability says which of the ten, not whether it is one of them.**",
    )


def draw_alphabet(said: list[int], sure: list[float]) -> Picture:
    """Draw the letters as the network gets them, with the digit it names and how sure it is."""
    figure, axes = new_figure(6.4, 6.4, rows=5, columns=6)
    for axis, place in zip(axes.flat, range(30), strict=True):
        axis.set_xticks([])
        axis.set_yticks([])
        if place >= len(ALPHABET):
            axis.set_axis_off()
            continue
        axis.imshow(letters()[place, 0], cmap="gray_r", vmin=0, vmax=1)
        strong = sure[place] > SURE
        for spine in axis.spines.values():
            spine.set_visible(True)
            spine.set_color(RED if strong else GREY)
            spine.set_linewidth(2.5 if strong else 1)
        text = f"{said[place]}  {sure[place]:.0%}"
        axis.set_title(
            text, fontsize=14, color=RED if strong else BLUE, fontweight="bold" if strong else "normal", pad=4
        )
    told = ", ".join(
        f"{letter} {digit} ({one:.0%})" for letter, digit, one in zip(ALPHABET, said, sure, strict=True)
    )
    return Picture(
        figure,
        f"The digit that the network sees in each letter, and its probability: {told}.",
        f"A to Z as it gets them; above, the digit it sees. Thick red frame: more than {SURE:.0%} sure.",
    )
