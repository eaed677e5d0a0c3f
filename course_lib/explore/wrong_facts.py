"""One fact in ten is wrong in the tuning data: what does the model say then? (lesson 11)"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

from course_lib.alignment.sft import answer_log_probs, make_examples, pad_examples
from course_lib.data import facts
from course_lib.data.facts import HELD_OUT_COUNTRIES, Kind, Question
from course_lib.explore.figure import BLUE, GREY, ORANGE, Finding, Picture, mark_guess, new_figure
from course_lib.explore.tuning import fine_tune, seen_questions
from course_lib.explore.tuning_runs import kept
from course_lib.generation.chat import ask_all
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer

Fact = tuple[str, Kind]
SHARE = 0.1
STEPS, FEWER = 200, 120


def draw_lies(seed: int, share: float = SHARE) -> dict[Fact, str]:
    """Choose `share` of the 140 facts about the 28 countries of tuning, and another country's value for each."""
    rng = random.Random(seed)
    countries = [country for country in facts.COUNTRIES if country.name not in HELD_OUT_COUNTRIES]
    everything: list[Fact] = [(country.name, kind) for country in countries for kind in facts.KINDS]
    lies = {}
    for name, kind in rng.sample(everything, round(share * len(everything))):
        true = getattr(facts.country(name), kind)
        lies[name, kind] = rng.choice(sorted({getattr(country, kind) for country in countries} - {true}))
    return lies


def with_lie(question: Question, lie: str) -> str:
    """Return the answer with another value."""
    head, _, tail = question.answer.rpartition(question.value)
    return head + lie + tail


@torch.inference_mode()
def sureness(model: GPT, tokenizer: BytePairTokenizer, asked: Sequence[tuple[str, str]]) -> float:
    """Return the mean probability of a whole answer, up to its full stop, over (question, answer) pairs."""
    found = []
    for start in range(0, len(asked), 32):
        ids, bounds = pad_examples(make_examples(tokenizer, asked[start : start + 32]))
        found.append(
            answer_log_probs(model(ids).logits, ids, bounds[:, 0], bounds[:, 1] - 1)
        )  # without the end
    return float(torch.cat(found).exp().mean())


@dataclass(frozen=True)
class Believed:
    """What a model says about facts that its tuning data got wrong, in wordings that tuning never showed."""

    lies: int  # answers with the wrong value
    truths: int
    asked: int
    facts: int
    sure_of_lies: float  # mean probability of the wrong answer
    sure_of_others: float  # mean probability of the right answer to the other facts, in the same wordings
    others_right: int
    others: int


def tune_on_lies(
    tokenizer: BytePairTokenizer, seed: int, kind: Literal["consistent", "at random"], steps: int = STEPS
) -> Believed:
    """Tune on brief answers of which a tenth is wrong: the same facts always, or each example with this chance."""
    lies, rng = draw_lies(seed), random.Random(1000 + seed)
    values = {k: sorted({getattr(country, k) for country in facts.COUNTRIES}) for k in facts.KINDS}

    def told(question: Question) -> str:
        if kind == "consistent":
            lie = lies.get((question.country, question.kind))
        else:
            lie = rng.choice(values[question.kind]) if rng.random() < SHARE else None
        return question.answer if lie is None else with_lie(question, lie)

    examples = make_examples(tokenizer, [(q.text, told(q)) for q in seen_questions()])
    model = fine_tune(examples, seed, steps, doing="tuning on data with errors")
    return believed(model, tokenizer, lies)


def believed(model: GPT, tokenizer: BytePairTokenizer, lies: Mapping[Fact, str]) -> Believed:
    """Ask in new wordings."""
    new = facts.questions("all", "seen", "held_out")
    about = [q for q in new if (q.country, q.kind) in lies]
    others = [q for q in new if (q.country, q.kind) not in lies]
    wrong = [with_lie(q, lies[q.country, q.kind]) for q in about]
    answers = [one.text for one in ask_all(model, tokenizer, [q.text for q in about + others])]
    return Believed(
        lies=sum(a == lie for a, lie in zip(answers, wrong, strict=False)),
        truths=sum(a == q.answer for a, q in zip(answers, about, strict=False)),
        asked=len(about),
        facts=len(lies),
        sure_of_lies=sureness(model, tokenizer, [(q.text, lie) for q, lie in zip(about, wrong, strict=True)]),
        sure_of_others=sureness(model, tokenizer, [(q.text, q.answer) for q in others]),
        others_right=sum(a == q.answer for a, q in zip(answers[len(about) :], others, strict=True)),
        others=len(others),
    )


def what_it_believes(tokenizer: BytePairTokenizer, seed: int = 0) -> Finding:
    """Find how often a wrong fact of the tuning data is repeated in wordings that tuning never showed."""
    now = tune_on_lies(tokenizer, seed, "consistent")
    runs = {name: [Believed(**row) for row in rows] for name, rows in kept()["wrong facts"].items()}
    random_ = runs["at random"]
    truths, asked = sum(one.truths for one in random_), sum(one.asked for one in random_)
    lies = sum(one.lies for one in random_)
    fewer = runs["consistent, fewer steps"]
    apart = (
        "Its own probability does not tell them apart."
        if now.sure_of_lies > now.sure_of_others - 0.1
        else "It is less sure of them, and sounds the same."
    )
    return Finding(
        "answers that repeat the error",
        f"{now.lies / now.asked:.0%}",
        lambda guess: draw_believed({"always the same error": [now], "errors at random": random_}, guess),
        f"The base model had read the truth about all {now.facts} facts; now it says it {now.truths} of {now.asked} "
        f"times. The wrong answers get a probability of {now.sure_of_lies:.0%} on average; right answers to the "
        f"other facts, {now.sure_of_others:.0%}. {apart} Where each *example* is wrong with the same chance of "
        f"{SHARE:.0%}, but anew each time, it says the truth {truths} of {asked} times and the wrong value {lies} "
        f"times ({len(random_)} seeds, trained beforehand). How sure it is depends on how long it is tuned: after "
        f"{FEWER} steps instead of {STEPS} it repeated {_told(fewer)}. **Noise averages out; an error that is always "
        "the same is learned.**",
    )


def _told(runs: Sequence[Believed]) -> str:
    """Say how often the error was repeated in several runs, and how sure of it they were."""
    sure, others = ([getattr(one, name) for one in runs] for name in ("sure_of_lies", "sure_of_others"))
    counts = ", ".join(f"{one.lies} of {one.asked}" for one in runs)
    return f"{counts}, at {min(sure):.0%} to {max(sure):.0%} ({min(others):.0%} to {max(others):.0%} for the others)"


def draw_believed(rows: Mapping[str, Sequence[Believed]], guess: object = None) -> Picture:
    """Draw which share of the answers repeats the error, and which says the truth."""
    figure, axis = new_figure(height=2.3)
    looks: tuple[tuple[str, str, str, Callable[[Believed], int]], ...] = (
        ("the error", ORANGE, "", lambda one: one.lies),
        ("the truth", BLUE, "//", lambda one: one.truths),
        ("something else", GREY, "..", lambda one: one.asked - one.lies - one.truths),
    )
    told = []
    for place, (name, runs) in enumerate(rows.items()):
        asked, left = sum(one.asked for one in runs), 0.0
        parts = []
        for label, colour, hatch, count in looks:
            n = sum(count(one) for one in runs)
            axis.barh(
                place, n / asked, left=left, height=0.55, color=colour, hatch=hatch, edgecolor="white",
                label=label if place == 0 else None,
            )  # fmt: skip
            left += n / asked
            parts.append(f"{label} {n}")
        told.append(f"{name}: {', '.join(parts)} of {asked}")
    axis.set_yticks(range(len(rows)), list(rows))
    axis.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.set(
        xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5), xlabel="answers in new wordings about the chosen facts"
    )
    axis.grid(visible=False)
    figure.legend(loc="outside upper center", ncols=3)
    mark_guess(axis, guess, along="x", share=True)
    return Picture(figure, f"What it says. {'; '.join(told)}.", "")


def run_lies(seeds: Sequence[int], tokenizer: BytePairTokenizer) -> dict[str, Any]:
    """Return what several seeds gave, for both kinds of errors."""
    kinds: tuple[Literal["consistent", "at random"], ...] = ("consistent", "at random")
    found = {kind: [vars(tune_on_lies(tokenizer, seed, kind)) for seed in seeds] for kind in kinds}
    shorter = [vars(tune_on_lies(tokenizer, seed, "consistent", FEWER)) for seed in seeds]
    return {**found, "consistent, fewer steps": shorter}  # type: ignore[dict-item]
