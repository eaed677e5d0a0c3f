"""A chat model that hands over to people where it is not sure: does it know when? (lesson 12)"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lib.data import facts
from course_lib.evaluation.calibration import expected_calibration_error, reliability_table
from course_lib.evaluation.sureness import Sureness, measure_sureness
from course_lib.explore.figure import BLUE, GREY, RED, Finding, Picture, mark_guess, new_figure
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer

INVENTED = ("Zubrowka", "Ruritania", "Freedonia", "Wakanda", "Genovia", "Latveria")


def new_questions() -> list[facts.Question]:
    """Return the questions with a country, a wording or both that fine-tuning never saw."""
    return [q for q in facts.questions("all") if not (q.seen_country and q.seen_wording)]


def invented_questions() -> list[str]:
    """Return questions that nobody can answer: about six countries of films and novels."""
    return [facts.QUESTIONS[kind][0].format(name=name) for name in INVENTED for kind in facts.KINDS]


def by_chance(confidence: Tensor, draws: int = 200, seed: int = 0) -> tuple[float, float]:
    """Return the middle 95 % of the calibration error that perfectly calibrated answers would show by chance."""
    dice = torch.Generator().manual_seed(seed)
    errors = torch.tensor(
        [
            expected_calibration_error(
                confidence, torch.rand(len(confidence), generator=dice, dtype=torch.float64) < confidence
            )
            for _ in range(draws)
        ]
    )
    low, high = errors.quantile(torch.tensor([0.025, 0.975])).tolist()
    return low, high


def says_and_is(found: Sureness) -> Finding:
    """Ask how often the model is right, where its mean confidence is known."""
    error, (low, high) = (
        expected_calibration_error(found.confidence, found.right),
        by_chance(found.confidence),
    )
    mean = float(found.confidence.mean())
    word = "less" if mean < found.accuracy else "more"
    return Finding(
        f"right answers of {len(found.answers)} (mean confidence {mean:.0%})",
        f"{found.accuracy:.0%}",
        lambda guess: draw_reliability(found, guess),
        f"On these questions it is {word} sure than it should be. Its **calibration error** (the mean distance of "
        f"the points from the diagonal, weighted) is {error:.3f}. That would not be 0 even for a perfect one: with "
        f"so many answers chance alone gives {low:.3f} to {high:.3f}.",
    )


def draw_reliability(found: Sureness, guess: object = None) -> Picture:
    """Draw the share of right answers over the confidence, with intervals."""
    figure, axis = new_figure(5.6, 3.4)
    table = reliability_table(found.confidence, found.right)
    axis.plot([0, 1], [0, 1], ":", color=GREY)
    axis.text(0.62, 0.5, "as sure as it should be", color=GREY)
    for row in table:
        axis.plot(
            [row.confidence] * 2, row.interval, color=BLUE, linewidth=6, alpha=0.3, solid_capstyle="butt"
        )
        axis.plot(row.confidence, row.accuracy, "o", color=BLUE, markersize=4 + 2 * math.log10(row.n) ** 2)
        axis.text(row.confidence + 0.025, row.accuracy - 0.07, str(row.n), fontsize=9, color=GREY)
    ticks = ([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set_xticks(*ticks)
    axis.set_yticks(*ticks)
    axis.set(xlabel="probability that it gave its answer", ylabel="right", xlim=(0, 1.04), ylim=(0, 1.04))
    mark_guess(axis, guess, share=True)
    parts = "; ".join(f"{row.confidence:.0%} sure, {row.accuracy:.0%} of {row.n} right" for row in table)
    return Picture(
        figure,
        f"Confidence and right answers of the chat model: {parts}.",
        "Above the line: better than it thinks. Numbers: answers; bars: 95% intervals (too narrow: wordings repeat).",
    )


def hand_over(model: GPT, tokenizer: BytePairTokenizer, found: Sureness, threshold: float = 0.8) -> Finding:
    """Ask how many of the answers that are surer than the threshold are wrong; invented countries are asked, too."""
    kept, wrong = found.above(threshold)
    n = len(found.answers)
    asked = [facts.Question("", "capital", 0, text, "", "", False, False) for text in invented_questions()]
    invented = measure_sureness(model, tokenizer, asked)
    fooled, _ = invented.above(threshold)
    return Finding(
        f"wrong among the {kept} answers that are over {threshold:.0%} sure",
        f"{wrong}",
        lambda guess: draw_handing_over(found, threshold),
        f"The other {1 - kept / n:.0%} of the questions go to people. Without that, {int((~found.right).sum())} of "
        f"{n} answers would be wrong. And the {len(asked)} questions about invented countries, which the model "
        f"answers as if nothing were wrong: {fooled} of those answers are over {threshold:.0%} sure (mean "
        f"{float(invented.confidence.mean()):.0%}). **It does not say that it does not know, but its numbers do**, "
        "in this small world. A large model that was tuned to please has to be measured again: tuning may bend such "
        "numbers, and some services don't return them.",
    )


def draw_handing_over(found: Sureness, threshold: float) -> Picture:
    """Draw what the model answers itself and what of it is wrong, over the threshold."""
    figure, axis = new_figure(height=2.8)
    limits = [i / 50 for i in range(50)]
    n = len(found.answers)
    kept, wrong = zip(*(found.above(limit) for limit in limits), strict=True)
    axis.plot(limits, [k / n for k in kept], color=BLUE)
    axis.plot(limits, [w / k if k else 0 for w, k in zip(wrong, kept, strict=True)], "--", color=RED)
    axis.axvline(threshold, color=GREY, linestyle=":", linewidth=1.4)
    axis.text(0.02, 0.9, "answered by the model itself", color=BLUE, va="top")
    axis.text(0.02, wrong[0] / n + 0.02, "wrong among these", color=RED, va="bottom")
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0%", "20%", "40%", "60%", "80%", "100%"])
    axis.set(xlabel="how sure it has to be", ylabel="answers", xlim=(0, 1), ylim=(0, 1.03))
    k, w = found.above(threshold)
    return Picture(
        figure,
        f"If the model answers only where it is over {threshold:.0%} sure, it answers {k} of {n} questions itself, "
        f"and {w} of these are wrong; a higher threshold leaves fewer of both.",
        "The threshold was fixed before; whoever moves it until this test looks good has to test again on other "
        "questions.",
    )
