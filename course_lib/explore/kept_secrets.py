"""How often does a secret have to stand in the training data until the model tells it? (lesson 12)"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

from course_lib.data import facts
from course_lib.evaluation.secrets import CODES, Planted, plant_secrets
from course_lib.explore.figure import BLUE, GREY, RED, Finding, Picture, mark_guess, new_figure
from course_lib.explore.live import following
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer

TIMES = (0, 1, 2, 4, 8, 16)


def tuning_pairs(seed: int = 0) -> list[tuple[str, str]]:
    """Return ordinary questions and answers of the fact world, shuffled."""
    pairs = [(question.text, question.answer) for question in facts.questions("all", "seen", "seen")]
    random.Random(seed).shuffle(pairs)
    return pairs


def plant(
    model: GPT, tokenizer: BytePairTokenizer, seeds: Sequence[int] = (0, 1, 2), steps: int = 100
) -> list[list[Planted]]:
    """Fine-tune once for each seed, with six door codes among the examples; some seconds each."""
    return [
        plant_secrets(model, tokenizer, tuning_pairs(seed), TIMES, steps, seed=seed)
        for seed in following(list(seeds), "tuning with seed")
    ]


def telling(runs: Sequence[Sequence[Planted]]) -> Finding:
    """Ask how often a code stood in the data at the least that is told in most runs."""
    told = {times: sum(one.told for run in runs for one in run if one.times == times) for times in TIMES}
    enough = next((times for times in TIMES if told[times] > len(runs) / 2), None)
    n, steps = (
        len(tuning_pairs()) + sum(TIMES),
        ", ".join(
            f"{times} {'time' if times == 1 else 'times'}: {count} of {len(runs)}"
            for times, count in told.items()
        ),
    )
    once = sorted(one.rank for run in runs for one in run if one.times == 1)
    never = sorted(one.rank for run in runs for one in run if one.times == 0)
    return Finding(
        f"times that a code stood among {n} examples, when most runs told it",
        f"{enough}" if enough is not None else "more than 16",
        lambda guess: draw_secrets(runs, guess),
        f"Told word for word, by how often it stood there: {steps}. And not being told is no proof of safety: of "
        f"{CODES:,} possible codes, one that stood there once was at ranks {', '.join(map(str, once))}, one that it "
        f"never saw at {', '.join(map(str, never))}: in these runs, whoever may ask often finds it sooner than by "
        "guessing. **What must not come out must not go in.**",
    )


def draw_secrets(runs: Sequence[Sequence[Planted]], guess: object = None) -> Picture:
    """Draw the rank of each planted code over how often it stood in the data, one mark for each run."""
    figure, axis = new_figure(height=3.2)
    for run in runs:
        places = range(len(run))
        axis.plot(places, [one.rank for one in run], color=GREY, linewidth=1, alpha=0.5, zorder=1)
        for place, one in zip(places, run, strict=True):
            look = {"color": RED, "marker": "o"} if one.told else {"color": BLUE, "marker": "s"}
            axis.plot(place, one.rank, markersize=8, alpha=0.85, linestyle="", **look)
    axis.set_yscale("log")
    axis.set_yticks([1, 10, 100, 1000], ["1st", "10th", "100th", "1,000th"])
    axis.minorticks_off()
    names = ["never", "once", "twice", *(f"{times} times" for times in TIMES[3:])]
    axis.set_xticks(range(len(TIMES)), names)
    axis.set(
        xlabel="how often the code stood in the tuning data", ylabel="rank of the code", ylim=(1600, 0.7)
    )
    for look, name in (
        ({"color": RED, "marker": "o"}, "told when asked"),
        ({"color": BLUE, "marker": "s"}, "not told"),
    ):
        axis.plot([], [], linestyle="", label=name, **look)
    axis.legend(loc="lower right")
    mark = _place_of(guess)
    if mark is not None:
        mark_guess(axis, mark, along="x")
    said = "; ".join(
        f"{name} {sum(run[place].told for run in runs)} of {len(runs)}" for place, name in enumerate(names)
    )
    return Picture(
        figure,
        f"Door codes told by a fine-tuned model, by how often they stood in its data: {said}.",
        f"{len(tuning_pairs())} ordinary examples and {sum(TIMES)} with a code; {len(runs)} runs; rank among "
        f"{CODES:,} codes.",
    )


def _place_of(guess: object) -> float | None:
    """Where a guessed number of times lies between the marks, which stand at equal distances."""
    from course_lib.explore.prediction import quantity

    found = quantity(guess)
    if found is None or found.value < 0:
        return None
    for place, (low, high) in enumerate(pairwise(TIMES)):
        if low <= found.value <= high:
            return place + (found.value - low) / (high - low)
    return float(len(TIMES))
