"""Prompt, fine-tune all weights, or add a small detour (LoRA): the same list of questions for all (lesson 11)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from course_lib.data import facts
from course_lib.data.facts import Question
from course_lib.evaluation.adaptation import AdaptationReport, Way, measure_adaptation
from course_lib.explore.figure import BLUE, GREEN, GREY, Finding, Picture, mark_guess, new_figure
from course_lib.explore.tuning import bits, both_clerks, fine_tune, seen_questions
from course_lib.explore.tuning_runs import kept
from course_lib.generation.chat import ask_all
from course_lib.generation.decode import generate_batch
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOTS, WORDS = "five examples in the prompt", "the model's own sentence"
SFT, LORA = "SFT, all weights", "SFT with LoRA"


def new_countries() -> list[Question]:
    """Return the list: eight countries that tuning never names, in all 34 wordings."""
    return facts.questions("all", "held_out", "all")


def from_examples(base: GPT, tokenizer: BytePairTokenizer, seed: int = 0, shots: int = 5) -> Way:
    """Return the base model behind a prompt with examples: questions on known countries, each with its answer."""
    shown = random.Random(seed).sample(seen_questions(), shots)
    head = "".join(f"Q: {q.text}\nA: {q.answer}\n\n" for q in shown)

    def answer(questions: list[str]) -> list[str]:
        prompts = [tokenizer.encode(f"{head}Q: {question}\nA:") for question in questions]
        return [tokenizer.decode(ids) for ids in generate_batch(base, prompts, 12, 0.0)]

    return answer


def from_own_sentence(base: GPT, tokenizer: BytePairTokenizer, questions: Sequence[Question]) -> Way:
    """Return the base model behind the beginning of a sentence as its documents have it, chosen by hand for each kind.

    It knows the kind and country of the `questions`, and no others: somebody else did the understanding.
    """
    starts = {q.text: q.answer[: q.answer.rindex(q.value)].rstrip() for q in questions}

    def answer(asked: list[str]) -> list[str]:
        prompts = [tokenizer.encode(starts[question]) for question in asked]
        ends = generate_batch(base, prompts, 8, 0.0)
        return [starts[question] + tokenizer.decode(ids) for question, ids in zip(asked, ends, strict=True)]

    return answer


def tuned(model: GPT, tokenizer: BytePairTokenizer) -> Way:
    """Return a tuned model that is simply asked."""
    return lambda questions: [answer.text for answer in ask_all(model, tokenizer, questions)]


def measure_ways(
    base: GPT, sft: GPT, lora: GPT, tokenizer: BytePairTokenizer, seed: int = 0
) -> AdaptationReport:
    """Ask all four ways the same questions on new countries."""
    questions = new_countries()
    ways = {
        SHOTS: from_examples(base, tokenizer, seed),
        WORDS: from_own_sentence(base, tokenizer, questions),
        SFT: tuned(sft, tokenizer),
        LORA: tuned(lora, tokenizer),
    }
    return measure_adaptation(ways, questions, n_wordings=8, seed=seed)


def by_examples(report: AdaptationReport) -> Finding:
    """Find how many questions are answered by a prompt with five examples."""
    shots, words = report.ways[SHOTS], report.ways[WORDS]
    n = len(report.wordings)
    return Finding(
        f"right of {n}, with five examples in the prompt",
        f"{shots.n_right}",
        lambda guess: draw_ways(report, guess),
        f"And yet it knows: begin a sentence as its documents do, and it ends {words.n_right} of them rightly. "
        "There, somebody who understood the question chose the sentence (so its wording can't matter). **This base "
        "model does not learn from examples in its prompt**: it is small, and it read hardly any questions with "
        "answers. Large models do (Brown and others, 2020), so ask this question of your own model before you tune "
        "it.",
    )


def draw_ways(report: AdaptationReport, guess: object = None) -> Picture:
    """Draw the share of right answers of each way, with its interval over wordings."""
    figure, axis = new_figure(height=2.5)
    told = []
    for place, (name, way) in enumerate(report.ways.items()):
        low, high = way.interval
        axis.plot([low, high], [place, place], color=BLUE, linewidth=3, alpha=0.35, solid_capstyle="butt")
        axis.plot(way.share, place, "o", color=BLUE, markersize=8, clip_on=False, zorder=3)
        told.append(f"{name} {way.n_right} of {len(way.right)} ({low:.0%} to {high:.0%})")
    _ways_down(axis, report)
    axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set(xlim=(0, 1.02), xlabel=f"right answers, of {len(report.wordings)}")
    mark_guess(axis, _as_share(guess, len(report.wordings)), along="x", share=True)
    return Picture(
        figure,
        f"Right answers (95% interval over wordings): {'; '.join(told)}.",
        f"Bars: 95% intervals, {len(set(report.wordings))} wordings drawn anew.",
    )


def draw_same(report: AdaptationReport, guess: object = None) -> Picture:
    """Draw for how many facts each way gave one and the same answer in all wordings."""
    figure, axis = new_figure(height=2.3)
    for place, way in enumerate(report.ways.values()):
        axis.plot([0, way.consistent], [place, place], color=GREEN, linewidth=2, alpha=0.3)
        axis.plot(way.consistent, place, "s", color=GREEN, markersize=8, clip_on=False, zorder=3)
    _ways_down(axis, report)
    axis.set_xticks(range(report.asked_often + 1))
    axis.set(xlim=(0, report.asked_often + 0.2))
    axis.set_xlabel(f"capitals with one answer in {report.n_wordings} wordings")
    mark_guess(axis, guess, along="x")
    told = "; ".join(f"{name} {way.consistent} of {report.asked_often}" for name, way in report.ways.items())
    return Picture(
        figure,
        f"Capitals that got one and the same answer in {report.n_wordings} wordings, right or wrong: {told}.",
        "Right or wrong. The model's own sentence is the same for all wordings, so its answers have to be.",
    )


def _ways_down(axis: Axes, report: AdaptationReport) -> None:
    axis.set_yticks(range(len(report.ways)), list(report.ways))
    axis.set_ylim(len(report.ways) - 0.5, -0.5)
    axis.grid(visible=False, axis="y")
    axis.grid(visible=True, axis="x")


def _as_share(guess: object, n: int) -> object:
    from course_lib.explore.prediction import quantity

    found = quantity(guess)
    return guess if found is None or found.percent or found.total else f"{100 * found.value / n} %"


def same_answer(report: AdaptationReport) -> Finding:
    """Find for how many of the capitals the tuned model says one and the same thing in all eight wordings."""
    sft, lora = report.ways[SFT], report.ways[LORA]
    rows = kept()["ways"]
    seeds = "; ".join(f"{row['same'][SFT]} and {row['same'][LORA]}" for row in rows)
    return Finding(
        f"capitals of {report.asked_often} with one answer in {report.n_wordings} wordings: {SFT}",
        f"{sft.consistent}",
        lambda guess: draw_same(report, guess),
        f"{sft.share:.0%} right, and {sft.consistent} of {report.asked_often} countries for which its users would "
        f"all hear the same; with LoRA {lora.share:.0%} and {lora.consistent}. In {len(rows)} runs beforehand, all "
        f"weights and LoRA: {seeds}. **A share of right answers does not tell you that:** measure consistency beside "
        "it.",
    )


def is_lora_better(report: AdaptationReport) -> Finding:
    """Find in how many wordings LoRA is ahead of training all weights, and what that is worth."""
    pair = report.compare(SFT, LORA)
    low, high = pair.interval
    verdict = (
        "That is not yet a difference."
        if pair.p_value_of_groups >= 0.05
        else "By wording, too, that is more than chance, for these two runs."
    )
    return Finding(
        f"wordings of {pair.groups} in which LoRA is ahead",
        f"{pair.second_ahead}",
        lambda guess: draw_pairs(report),
        f"LoRA is ahead in {pair.second_ahead} wordings and behind in {pair.first_ahead}; in the other "
        f"{pair.groups - pair.first_ahead - pair.second_ahead} they are even. A coin for each wording gives p = "
        f"{pair.p_value_of_groups:.2g}; one for each question gave {pair.p_value:.2g}, as if the {pair.n} answers "
        f"had nothing to do with each other. The difference, wordings drawn anew, lies between {100 * low:+.0f} and "
        f"{100 * high:+.0f} points. And that is one run of each, at rates of their own: {say_seeds()} **{verdict}**",
    )


def say_seeds() -> str:
    """Say what three runs beforehand gave."""
    rows = kept()["ways"]
    told = "; ".join(f"{row['right'][SFT]} and {row['right'][LORA]}" for row in rows)
    return f"{len(rows)} runs beforehand had {told} right (all weights, then LoRA)."


def draw_pairs(report: AdaptationReport) -> Picture:
    """Draw right answers of both ways for each wording."""
    figure, axis = new_figure(height=2.6)
    order = sorted(
        set(report.wordings), key=lambda one: (_right(report, SFT, one), _right(report, LORA, one))
    )
    each = len(report.wordings) // len(order)
    for name, colour, marker, move in ((SFT, BLUE, "o", -0.12), (LORA, GREEN, "s", 0.12)):
        right = [_right(report, name, wording) for wording in order]
        axis.plot(
            [x + move for x in range(len(order))], right, marker, color=colour, markersize=5, label=name
        )
    for x, wording in enumerate(order):
        ends = [_right(report, name, wording) for name in (SFT, LORA)]
        axis.plot([x, x], ends, color=GREY, linewidth=1, zorder=0)
    axis.set(ylim=(-0.3, each + 0.3), xlim=(-1, len(order)), ylabel=f"right, of {each}", xlabel="wordings")
    axis.set_xticks([])
    figure.legend(loc="outside upper center", ncols=2)
    pair = report.compare(SFT, LORA)
    return Picture(
        figure,
        f"Right answers in each of {len(order)} wordings: LoRA ahead in {pair.second_ahead}, behind in "
        f"{pair.first_ahead}, equal in the others.",
        "",
    )


def _right(report: AdaptationReport, name: str, wording: object) -> int:
    rights = zip(report.ways[name].right, report.wordings, strict=True)
    return sum(right for right, asked in rights if asked == wording)


def run_ways(seeds: Sequence[int], tokenizer: BytePairTokenizer) -> list[dict[str, Any]]:
    """Return what both ways of tuning gave with several seeds."""
    rows = []
    for seed in seeds:
        examples = both_clerks(tokenizer, seen_questions())
        models = {SFT: fine_tune(examples, seed), LORA: fine_tune(examples, seed, way="LoRA")}
        report = measure_adaptation(
            {n: tuned(m, tokenizer) for n, m in models.items()}, new_countries(), seed=seed
        )
        pair = report.compare(SFT, LORA)
        rows.append(
            {
                "right": {name: way.n_right for name, way in report.ways.items()},
                "same": {name: way.consistent for name, way in report.ways.items()},
                "only": [pair.only_first, pair.only_second],
                "ahead": [pair.first_ahead, pair.second_ahead],
                "bits": {name: bits(model) for name, model in models.items()},
            }
        )
    return rows
