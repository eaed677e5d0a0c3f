"""Knowledge from pre-training, form from fine-tuning: what each stage brings, and what it costs (lesson 11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course_lib.data import facts
from course_lib.explore.figure import BLUE, GREEN, GREY, ORANGE, Finding, Picture, mark_guess, new_figure
from course_lib.explore.tuning import (
    TEXTS,
    bits,
    both_clerks,
    count_right,
    fine_tune,
    seen_questions,
    untrained,
)
from course_lib.explore.tuning_runs import kept
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer

PARTS = {
    "asked in tuning": ("seen", "seen"),
    "new wording": ("seen", "held_out"),
    "new country": ("held_out", "seen"),
}
LONG = 600  # steps that a model needs to learn the tuning questions by heart if it has read nothing


def right_by_part(model: GPT, tokenizer: BytePairTokenizer) -> dict[str, float]:
    """Return the shares of right answers: asked in tuning (every fourth question), new wordings, new countries."""
    shares = {}
    for part, (countries, wordings) in PARTS.items():
        questions = facts.questions("all", countries, wordings)  # type: ignore[arg-type]
        step = 4 if part == "asked in tuning" else 1
        shares[part] = count_right(model, tokenizer, questions[::step]).share
    return shares


def tuned_without_reading(seed: int, steps: int, tokenizer: BytePairTokenizer) -> dict[str, float]:
    """Tune a model that has read nothing in the same way, and count; a minute for 600 steps."""
    start = untrained(seed)
    model = fine_tune(both_clerks(tokenizer, seen_questions()), seed, steps, start=start)
    return right_by_part(model, tokenizer)


def with_and_without_reading(model: GPT, tokenizer: BytePairTokenizer) -> Finding:
    """Find how many questions on countries that tuning never named are answered, with and without pre-training.

    Args:
        model: the shipped base model, tuned just now.
    """
    now = right_by_part(model, tokenizer)
    runs: list[Mapping[str, float]] = kept()["without reading"]
    rows: dict[str, Sequence[Mapping[str, float]]] = {
        "read first (just now)": [now],
        f"read nothing, {LONG} steps (three seeds)": runs,
    }
    low, high = _range(runs, "new country")
    by_heart = _range(runs, "asked in tuning")
    return Finding(
        "right on new countries, with pre-training",
        f"{now['new country']:.0%}",
        lambda guess: draw_parts(rows, guess),
        "The other model has the same size and saw the same questions, with five times as many steps and a rate "
        f"chosen for it. It answers {_spell(*by_heart)} of what it was asked in tuning, and {_spell(low, high)} on "
        "new countries. It can't know: nobody told it. **The facts come from reading, the form from tuning.**",
    )


def _range(runs: Sequence[Mapping[str, float]], part: str) -> tuple[float, float]:
    values = [run[part] for run in runs]
    return min(values), max(values)


def _spell(low: float, high: float) -> str:
    return f"{low:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{low:.0%} to {high:.0%}"


def draw_parts(rows: Mapping[str, Sequence[Mapping[str, float]]], guess: object = None) -> Picture:
    """Draw the share of right answers by what is new in a question, one mark per run."""
    figure, axis = new_figure(height=2.7)
    told = []
    for place, (part, (name, runs)) in enumerate((part, row) for part in PARTS for row in rows.items()):
        number, other = divmod(place, len(rows))
        colour, marker = ((BLUE, "o"), (ORANGE, "s"))[other]
        y = number + 0.17 * (2 * other - 1)
        low, high = _range(runs, part)
        axis.plot([0, high], [y, y], color=colour, linewidth=2, alpha=0.3)
        axis.plot(
            [run[part] for run in runs], [y] * len(runs), marker, color=colour, markersize=7,
            label=name if number == 0 else None, clip_on=False, zorder=3,
        )  # fmt: skip
        told.append(f"{part}, {name} {_spell(low, high)}")
    axis.set_yticks(range(len(PARTS)), list(PARTS))
    axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set(xlim=(0, 1.02), ylim=(len(PARTS) - 0.5, -0.6), xlabel="right answers")
    axis.grid(visible=False, axis="y")
    axis.grid(visible=True, axis="x")
    figure.legend(loc="outside upper center", ncols=2)
    mark_guess(axis, guess, along="x", share=True)
    return Picture(figure, f"Right answers: {'; '.join(told)}.", "")


@dataclass(frozen=True)
class Surprise:
    """Bits per byte of one model on both texts."""

    name: str
    bits: Mapping[str, float]


def what_it_forgot(models: Mapping[str, GPT]) -> Finding:
    """Find how much more the manual surprises the models after tuning, in bits per byte.

    Args:
        models: by name, in the order in which they are drawn; the base model first.
    """
    found = [Surprise(name, bits(model)) for name, model in models.items()]
    last = found[-1]
    manual, fact = TEXTS
    told = "; ".join(
        f"{one.name} {one.bits[manual]:.2f} on {manual}, {one.bits[fact]:.2f} on {fact}" for one in found
    )
    return Finding(
        f"bits per byte on {manual}: {last.name}",
        f"{last.bits[manual]:.2f}",
        lambda guess: draw_surprise(found, guess),
        f"{told[0].upper() + told[1:]}. Bits per byte belong to a text: the same model has two numbers that differ "
        "many times over. Tuning never shows either text, and both get harder to guess: the model has **forgotten** "
        "something, or expects a question where there is none.",
    )


def draw_surprise(found: Sequence[Surprise], guess: object = None) -> Picture:
    """Draw bits per byte of several models on both texts."""
    figure, axis = new_figure(height=2.6)
    for place, (name, colour, marker) in enumerate(zip(TEXTS, (BLUE, GREEN), "os", strict=True)):
        values = [one.bits[name] for one in found]
        y = [row + 0.12 * (2 * place - 1) for row in range(len(found))]
        axis.plot(values, y, marker, color=colour, markersize=8, label=f"new pages of {name}")
        for x, height in zip(values, y, strict=True):
            axis.annotate(
                f"{x:.2f}", (x, height), (8, 0), textcoords="offset points", va="center", color=colour
            )
    axis.set_yticks(range(len(found)), [one.name for one in found])
    axis.set(xlim=(0, max(max(one.bits.values()) for one in found) * 1.15), ylim=(len(found) - 0.5, -0.5))
    axis.set_xlabel("bits per byte (less: better guessed)")
    axis.grid(visible=False, axis="y")
    axis.axvline(0, color=GREY, linewidth=1)
    figure.legend(loc="outside upper center", ncols=2)
    mark_guess(axis, guess, along="x")
    told = "; ".join(
        f"{one.name}: " + ", ".join(f"{k} {v:.2f}" for k, v in one.bits.items()) for one in found
    )
    return Picture(figure, f"Bits per byte on text that nobody trained on. {told}.", "")


def run_without_reading(seeds: Sequence[int], tokenizer: BytePairTokenizer) -> list[dict[str, Any]]:
    """Return what three seeds of the long run gave: minutes."""
    return [tuned_without_reading(seed, LONG, tokenizer) for seed in seeds]
