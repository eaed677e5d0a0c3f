"""What the records of the course's own GPT say: how its loss fell, and what fine-tuning changed (lesson 02)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course_lib.evaluation.accuracy import exact_match
from course_lib.explore.figure import BLUE, GREY, Finding, Picture, mark_guess, new_figure, plain_ticks

if TYPE_CHECKING:
    from course_lib.data.facts import Question
    from course_lib.models.gpt import GPT
    from course_lib.tokenizers.bpe import BytePairTokenizer

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


def right_by_wording(
    model: GPT, tokenizer: BytePairTokenizer, questions: Sequence[Question]
) -> dict[tuple[str, int], tuple[int, int]]:
    """Ask the questions at T = 0 and return (right, asked) for each wording, named by its kind and number."""
    answers = exact_match(model, tokenizer, questions).answers
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for answer, question in zip(answers, questions, strict=True):
        right, asked = found.get((question.kind, question.wording), (0, 0))
        found[question.kind, question.wording] = (right + (answer == question.answer), asked + 1)
    return found


def after_fine_tuning(
    base: Record,
    chat: Record,
    by_wording: Mapping[tuple[str, int], tuple[int, int]],
    about: str = "the country is new",
) -> Finding:
    """Show how many recorded questions the chat model answered, by what was new in them, and what it lost.

    Args:
        base, chat: the records of the two models.
        by_wording: for the questions where both are new: wording -> (right, asked).
        about: the kind of question that the reader guesses, a value of `ASKED`.
    """
    counts = {ASKED[name]: row for name, row in chat["held_out"]["exact_match_all_kinds"].items()}
    asked = counts[about]
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
        f"{_what_the_wordings_say(by_wording)} Its loss on continuing a text changed, too: {changed}. Why, we have "
        "not tested: it may expect questions now, or have forgotten.",
    )


def _what_the_wordings_say(by_wording: Mapping[tuple[str, int], tuple[int, int]]) -> str:
    rows = sorted(by_wording.values(), reverse=True)
    n = sum(asked for _, asked in rows)
    told = ", ".join(f"{right} of {asked}" for right, asked in rows)
    alike = sum(max(right, asked - right) for right, asked in rows)
    verdict = (
        f"Questions in one wording mostly succeed or fail together, so these {n} are hardly more than {len(rows)} "
        "cases: no interval."
        if alike > 0.8 * n
        else "Within one wording some succeed and some fail."
    )
    return f"Where both are new, right by wording: {told}. {verdict}"


def draw_answers(counts: Mapping[str, Mapping[str, int]], guess: object = None) -> Picture:
    """Draw the share of right answers for each kind of question."""
    figure, axis = new_figure(height=2.6)
    parts = []
    for place, (name, row) in enumerate(counts.items()):
        share = row["right"] / row["n"]
        axis.plot([0, share], [place, place], color=BLUE, linewidth=2, alpha=0.3)
        axis.plot(share, place, "o", color=BLUE, markersize=8)
        axis.text(
            share - 0.03, place - 0.12, f"{row['right']} of {row['n']}", ha="right", va="bottom", fontsize=10
        )
        parts.append(f"{name} {row['right']} of {row['n']} ({share:.0%})")
    axis.set_yticks(range(len(counts)), list(counts))
    axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set(xlim=(0, 1.03), ylim=(len(counts) - 0.5, -0.7), xlabel="right answers of the chat model")
    axis.grid(visible=False, axis="y")
    axis.grid(visible=True, axis="x")
    mark_guess(axis, guess, along="x", share=True)
    sentence = f"Right answers of the chat model: {'; '.join(parts)}."
    return Picture(figure, sentence, "Questions about capitals, continents, languages, money and cities.")
