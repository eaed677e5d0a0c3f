"""Is what a model makes new? Near copies among digits and among words (lesson 08, part 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.data.tale import join_words, split_words, tale
from course_lib.evaluation.copies import CopyReport, copy_report, nearest
from course_lib.explore.figure import BLUE, GREEN, ORANGE, Finding, Picture, mark_guess, new_figure
from course_lib.explore.from_noise import Diffuser, as_images, digit_data, train_diffuser
from course_lib.explore.gallery import gallery, tile
from course_lib.explore.judge import load_judge
from course_lib.explore.live import following
from course_lib.explore.next_token import copied_share
from course_lib.models.ngram import NGram

FEW = (10, 50)


def made_and_nearest(diffuser: Diffuser, n: int = 10, seed: int = 3) -> Picture:
    """Show made digits, and below each the training digit that is nearest."""
    training = load_judge().digits.train.images
    made = as_images(diffuser.make(n, seed))
    distance, place = nearest(made, training)
    usual = float(nearest(load_judge().digits.test.images, training)[0].median())
    told = ", ".join(f"{one:.1f}" for one in distance.tolist())
    return gallery(
        {"made": made, "nearest real": training[place]},
        f"Made digits and their nearest training digits; distances {told}.",
        f"Above: the distance of the two (half of real new digits are nearer than {usual:.2f}).",
        labels=[f"{one:.1f}" for one in distance.tolist()],
    )


@dataclass(frozen=True)
class FromFew:
    """What a diffuser makes that was trained on `n` digits."""

    n: int
    images: Tensor
    report: CopyReport
    good: float
    identical: float


def from_few(sizes: Sequence[int] = FEW, steps: int = 600, made: int = 300, seed: int = 0) -> list[FromFew]:
    """Train one diffuser for each number of training digits; seconds."""
    return [
        measure_few(n, train_diffuser(digit_data(n), seed, steps), made, seed)
        for n in following(list(sizes), "training on the first digits:")
    ]


def measure_few(n: int, diffuser: Diffuser, made: int = 300, seed: int = 0) -> FromFew:
    """Judge what a diffuser makes, and compare it with the `n` digits that it was trained on."""
    judge = load_judge()
    training, images = judge.digits.train.images[:n], as_images(diffuser.make(made, seed))
    identical = float((nearest(images, training)[0] == 0).float().mean())
    report = copy_report(images, training, judge.digits.test.images)
    return FromFew(n, images, report, float(judge.good(images).float().mean()), identical)


def copying(diffuser: Diffuser) -> Finding:
    """Find which share of the digits is a near copy if a model was trained on ten only.

    Args:
        diffuser: one that was trained on all digits, to compare with.
    """
    found = [*from_few(), measure_few(len(load_judge().digits.train), diffuser)]
    few, most = found[0], found[-1]
    distance = nearest(few.images, load_judge().digits.train.images[: few.n])[0]
    strict = float((distance < most.report.threshold).float().mean())
    says = (
        f"{few.identical:.0%} are identical to a training digit, and yet {few.report.rate:.0%} are "
        "nearer to one than "
        f"{1 - few.report.quantile:.0%} of real new digits are. The **ratio** needs no threshold: the "
        "median sample is "
        f"{few.report.ratio:.2f} times as far from its nearest training digit as a real new digit is "
        "from its own; with all "
        f"{most.n:,} training digits it is {most.report.ratio:.2f} times. Each threshold belongs to its "
        f"training set: {few.report.threshold:.2f} for {few.n} digits, {most.report.threshold:.2f} for all; "
        f"by the latter, {strict:.0%} of the copyist's are near copies."
    )
    if few.good > most.good:
        says += (
            f" Look at the quality, too: {few.good:.0%} of the copyist's images are good, and "
            f"{most.good:.0%} of the other's. "
            "A model that copies can look better than one that doesn't."
        )
    return Finding(
        f"near copies from a model trained on {few.n} digits",
        f"{few.report.rate:.0%}",
        lambda guess: draw_copying(found, guess),
        says,
    )


def draw_copying(found: Sequence[FromFew], guess: object = None) -> Picture:
    """Draw pairs of the model with the fewest training digits, and near copies, good ones and the "
    "ratio by their number."""
    figure, axes = new_figure(height=3.3, columns=2)
    pictures, axis = axes
    pictures.get_gridspec().set_width_ratios([1, 1.5])
    few = found[0]
    training = load_judge().digits.train.images[: few.n]
    shown = few.images[:10]
    partners = training[nearest(shown, training)[1]]
    sheets = [tile(torch.cat([shown[i : i + 5], partners[i : i + 5]]), 5) for i in (0, 5)]
    gap = torch.full((4, sheets[0].shape[1]), torch.nan)
    pictures.imshow(
        torch.cat([sheets[0], gap, sheets[1]]).tolist(), cmap="Greys", vmin=0, vmax=1, interpolation="nearest"
    )
    pictures.set_yticks([3.5, 12.5, 24.5, 33.5], ["made", "real", "made", "real"])
    pictures.set_xticks([])
    pictures.tick_params(length=0)
    pictures.spines[:].set_visible(False)
    pictures.set_title(f"trained on {few.n}")
    at = range(len(found))
    for values, colour, look, name in (
        ([one.report.rate for one in found], ORANGE, "o-", "near copies"),
        ([one.good for one in found], GREEN, "s--", "good images"),
    ):
        axis.plot(at, values, look, color=colour, label=name)
    axis.set_xticks(
        at, [f"{one.n:,}\nratio {one.report.ratio:.2f}\ncopy < {one.report.threshold:.2f}" for one in found]
    )
    axis.set(ylim=(-0.03, 1), xlim=(-0.3, len(found) - 0.7), xlabel="training digits")
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    figure.legend(loc="outside upper right", ncols=2)
    mark_guess(axis, guess, share=True)
    told = "; ".join(
        f"{one.n:,}: near copies {one.report.rate:.0%}, good {one.good:.0%}, ratio {one.report.ratio:.2f}"
        for one in found
    )
    return Picture(figure, f"What models make that were trained on so many digits. {told}.", "")


# --- the same question for text -------------------------------------------------------------------------------------

RUN = 8  # words in a row that count as copied
MEMORIES = range(1, 6)


@dataclass(frozen=True)
class Written:
    """What a table of counts wrote that looks at `memory` words, and which share of its runs stands "
    "in its reading."""

    memory: int
    text: str
    copied: float


def write_tales(n: int = 600, seed: int = 0) -> tuple[list[Written], float]:
    """Count the first four fifths of the tale, write with 1 to 5 words of memory, and look for copied runs.

    Returns:
        what was written, and the share of copied runs in the last fifth, which is new by construction.
    """
    words = split_words(tale())
    ids = {word: number for number, word in enumerate(dict.fromkeys(words))}
    names, numbers = list(ids), [ids[word] for word in words]
    cut = len(numbers) * 4 // 5
    reading, new = numbers[:cut], numbers[cut:]
    start = numbers.index(ids["."], 100) + 1  # a sentence begins here
    written = []
    for memory in MEMORIES:
        model, dice = NGram(reading, len(names), memory + 1), torch.Generator().manual_seed(seed)
        made = model.generate(reading[start : start + memory], n, dice)
        text = join_words([names[word] for word in made[:40]], width=10**6)
        written.append(Written(memory, text, copied_share(made, reading, RUN)))
    return written, copied_share(new, reading, RUN)


def copied_words(memory: int = 3) -> Finding:
    """Find which share of a table's eight-word runs stands word for word in its reading."""
    written, new = write_tales()
    asked = next(one for one in written if one.memory == memory)
    return Finding(
        f"copied eight-word runs with a memory of {memory} words",
        f"{asked.copied:.0%}",
        lambda guess: draw_copied_words(written, new, guess),
        f"In real text that it has not read, {new:.0%} of the runs occur in what it has read, too. Of its own "
        f"runs {written[0].copied:.0%} are copied with one word of memory and {written[-1].copied:.0%} with "
        f"{written[-1].memory}. With "
        f"{memory} it writes: *{asked.text}* ... In a short reading nearly every run of words has "
        "been seen with one continuation only: "
        "fluent then means remembered.",
    )


def draw_copied_words(written: Sequence[Written], new: float, guess: object = None) -> Picture:
    """Draw the share of copied runs by words of memory."""
    figure, axis = new_figure(height=2.7)
    axis.plot([one.memory for one in written], [one.copied for one in written], "o-", color=BLUE)
    for one in written:
        axis.annotate(
            f"{one.copied:.0%}", (one.memory, one.copied), (6, -12), textcoords="offset points", color=BLUE
        )
    axis.axhline(new, color=GREEN, linestyle=":")
    axis.annotate(
        f"real new text: {new:.0%}",
        (written[-1].memory, new),
        (0, 4),
        textcoords="offset points",
        color=GREEN,
        ha="right",
    )
    axis.set(
        ylim=(-0.03, 1.05),
        xlim=(0.8, written[-1].memory + 0.4),
        xlabel="words of memory",
        ylabel="copied runs",
    )
    axis.set_xticks([one.memory for one in written])
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    mark_guess(axis, guess, share=True)
    told = ", ".join(f"{one.copied:.0%} with {one.memory}" for one in written)
    return Picture(
        figure,
        f"Eight-word runs copied from the reading: {told} words of memory; real new text {new:.0%}.",
        "",
    )
