"""What the records of the course's own GPT say: how its loss fell, and what fine-tuning changed (lesson 02)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from course_lib.evaluation.intervals import wilson_interval
from course_lib.explore.figure import BLUE, GREY, Finding, Picture, mark_guess, new_figure, plain_ticks

if TYPE_CHECKING:
    from course_lib.models.gpt import GPT

Record = Mapping[str, Any]

# How the record names its four kinds of questions, and how a reader does.
ASKED = {
    "seen countries, seen wordings": "trained on such questions",
    "seen countries, held_out wordings": "the wording is new",
    "held_out countries, seen wordings": "the country is new",
    "held_out countries, held_out wordings": "both are new",
}


def how_its_loss_fell(model: GPT, record: Record) -> Picture:
    """Draw the loss of the course's pre-training, from the guess of a model that knows nothing."""
    steps, losses = record["loss_curve"]["step"], record["loss_curve"]["loss"]
    blind = math.log(model.config.vocab_size)
    figure, axis = new_figure()
    axis.plot(steps, losses, color=BLUE)
    axis.axhline(blind, color=GREY, linestyle=":", linewidth=1.4)
    axis.text(
        steps[-1], blind - 0.12, f"every token the same chance: {blind:.2f}", ha="right", va="top", color=GREY
    )
    axis.set(xlabel="step", ylabel="loss", ylim=(0, blind + 0.4), xlim=(0, None))
    plain_ticks(axis.xaxis)
    last = sum(losses[-10:]) / len(losses[-10:])
    sentence = (
        f"The loss of the course's GPT falls from {losses[0]:.2f} at step {steps[0]} to {last:.2f} at the end. "
        f"{blind:.2f} is the loss of a model that gives every token the same chance."
    )
    caption = f"The same five steps, {record['train']['steps']:,} times, on the model of this lesson."
    return Picture(figure, sentence, caption)


def after_fine_tuning(base: Record, chat: Record, about: str = "the country is new") -> Finding:
    """Show how many recorded questions the chat model answered, by what was new in them, and what it lost.

    Args:
        base, chat: the records of the two models.
        about: the kind of question that the reader guesses, a value of `ASKED`.
    """
    counts = {ASKED[name]: row for name, row in chat["held_out"]["exact_match"].items()}
    asked, hardest = counts[about], min(counts, key=lambda name: counts[name]["right"] / counts[name]["n"])
    row = counts[hardest]
    low, high = wilson_interval(row["right"], row["n"])
    losses = [
        [r["held_out"][name] for r in (base, chat)] for name in ("loss_facts", "loss_language_reference")
    ]
    moved = ["rose" if after > before else "fell" for before, after in losses]
    changed = "; ".join(
        f"{text} it {way} from {before:.2f} to {after:.2f}"
        for text, way, (before, after) in zip(
            ("on new fact texts", "on the manual"), moved, losses, strict=True
        )
    )
    return Finding(
        f"right answers where {about}",
        f"{asked['right'] / asked['n']:.0%}",
        lambda guess: draw_answers(counts, guess),
        f"Fewest right where {hardest}: {row['right']} of {row['n']} (95% interval: {low:.0%} to {high:.0%}). The loss "
        f"at going on with a text changed, too: {changed}. Why, we have not tested: it may expect questions now, or "
        "have forgotten.",
    )


def draw_answers(counts: Mapping[str, Mapping[str, int]], guess: object = None) -> Picture:
    """Draw the share of right answers with its 95 % interval for each kind of question."""
    figure, axis = new_figure(height=2.6)
    parts = []
    for place, (name, row) in enumerate(counts.items()):
        share, (low, high) = row["right"] / row["n"], wilson_interval(row["right"], row["n"])
        axis.plot([low, high], [place, place], color=BLUE, linewidth=5, alpha=0.3, solid_capstyle="butt")
        axis.plot(share, place, "o", color=BLUE, markersize=8)
        axis.text(low - 0.03, place, f"{row['right']} of {row['n']}", ha="right", va="center", fontsize=10)
        parts.append(f"{name} {row['right']} of {row['n']} ({low:.0%} to {high:.0%})")
    axis.set_yticks(range(len(counts)), list(counts))
    axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set(xlim=(0, 1.03), ylim=(len(counts) - 0.5, -0.5), xlabel="right answers of the chat model")
    axis.grid(visible=False, axis="y")
    axis.grid(visible=True, axis="x")
    mark_guess(axis, guess, along="x", share=True)
    return Picture(figure, f"Right answers of the chat model: {'; '.join(parts)}.", "Bars: 95% intervals.")
