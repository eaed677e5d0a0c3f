"""Five beginner mistakes, each as an experiment (lesson 02, part 8)."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch

from course_lib.data import facts
from course_lib.evaluation.accuracy import Accuracy, exact_match
from course_lib.evaluation.words import begins_with
from course_lib.explore.figure import BLUE, GREY, ORANGE, SKY, Finding, Picture, mark_guess, new_figure, table
from course_lib.explore.first_model import random_rows
from course_lib.explore.live import Live, following
from course_lib.generation.decode import generate_batch
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.training.flops import achieved_flops, training_time
from course_lib.training.loop import TrainConfig, next_token_loss, train

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from course_lib.tokenizers.bpe import BytePairTokenizer
    from course_lib.training.loop import History

INVENTED = ("Zubrowka", "Ruritania", "Freedonia")
HOURS_A_YEAR = 8766
TRAINING_BYTES = (
    16  # of one weight: itself, its gradient and two running means of the optimizer, four bytes each
)
RESAMPLES = 2000  # of the continuations, for an interval


# --- 1: the model understands ---------------------------------------------------------------------------------


def using_what_it_was_told(model: GPT, tokenizer: BytePairTokenizer) -> Finding:
    """Tell the model a capital of each invented country, 36 different ones, and let it say that capital."""
    pairs = [(place.capital, name) for name in INVENTED for place in facts.COUNTRIES]
    told = [f"{capital} is the capital of {name}. The capital of {name} is" for capital, name in pairs]
    said = []
    for start in following(range(0, len(told), 18), "asking group"):
        rows = [tokenizer.encode(text) for text in told[start : start + 18]]
        said += [tokenizer.decode(ids) for ids in generate_batch(model, rows, 8, temperature=0)]
    right = sum(begins_with(text, capital) for text, (capital, _) in zip(said, pairs, strict=True))
    (capital, name), example = pairs[0], " ".join(said[0].split())
    return Finding(
        f"of {len(pairs)} times it used what it was told",
        f"{right} of {len(pairs)}",
        lambda _: table(["it was told", "it went on with"], [[told[0], f"{example} ..."]]),
        _what_being_told_means(right, len(pairs), name, capital),
    )


def _what_being_told_means(right: int, n: int, name: str, capital: str) -> str:
    if right < n / 10:
        return (
            f"{name} was never in its text. **Told in this form, this small model does not use a new fact** (in "
            "other forms that we tried it did, in up to 20 of 108; 3 would be luck). Larger ones do that much "
            "better (not measured here)."
        )
    return f"It used what it was told {right / n:.0%} of the time, about countries that were not in its text."


# --- 2: hotter is smarter -------------------------------------------------------------------------------------


def hotter(
    model: GPT,
    tokenizer: BytePairTokenizer,
    questions: Sequence[facts.Question],
    temperatures: Sequence[float],
) -> Finding:
    """Ask the questions once at each temperature (seed 0); the reader guesses the share at the last one."""
    right = {}
    for T in following(temperatures, "asking at temperature"):
        right[T] = exact_match(model, tokenizer, questions, T, torch.Generator().manual_seed(0))
    last = temperatures[-1]
    shares = [one.share for one in right.values()]
    falls = all(later <= earlier for earlier, later in pairwise(shares))
    verdict = (
        "No hotter setting did better than a cooler one: what a hot draw adds is unlikely tokens."
        if falls
        else "The share does not simply fall with the temperature here; ask more questions before you conclude."
    )
    cold = (
        " (The coldest had all of them right, so heat could only lose: of questions that it gets wrong nothing was "
        "measured.)"
        if shares[0] == 1
        else ""
    )
    return Finding(
        f"right answers at T = {last:g}",
        f"{right[last].share:.0%}",
        lambda guess: draw_hotter(right, guess),
        f"{verdict}{cold} If a wrong token comes first, cooling makes the error surer, and heat gets it right only "
        "by luck. Whether hot answers are more *creative* was not measured.",
    )


def draw_hotter(right: Mapping[float, Accuracy], guess: object = None) -> Picture:
    """Draw the share of right answers over the temperature, with 95 % intervals."""
    figure, axis = new_figure(height=2.8)
    temperatures, shares = list(right), [one.share for one in right.values()]
    for T, one in right.items():
        axis.plot([T, T], one.interval, color=BLUE, linewidth=6, alpha=0.3, solid_capstyle="butt")
    axis.plot(temperatures, shares, "o-", color=BLUE)
    axis.set_xticks(temperatures, [f"{T:g}" for T in temperatures])
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.set(xlabel="temperature T", ylabel="right answers", ylim=(-0.03, 1.05))
    mark_guess(axis, guess, share=True)
    n = next(iter(right.values())).n
    parts = "; ".join(f"T = {T:g} {one.share:.0%}" for T, one in right.items())
    return Picture(
        figure, f"Right answers to {n} questions: {parts}.", f"{n} questions at each; bars: 95% intervals."
    )


# --- 3: training is programming -------------------------------------------------------------------------------


def train_tiny(
    tokenizer: BytePairTokenizer, documents: Sequence[str], seed: int, steps: int = 150, name: str = ""
) -> GPT:
    """Train a one-layer GPT on `documents` in a few seconds, say how it goes, and return it.

    Raises:
        ValueError: the documents are too short for one training row (32 tokens).
    """
    context, rows = 32, 16
    ids = torch.tensor(tokenizer.encode("\n\n".join(documents)))  # (N,)
    next_batch = random_rows(ids, context, rows)
    generator = torch.Generator().manual_seed(seed)
    shape = GPTConfig(vocab_size=tokenizer.vocab_size, context=context, n_layer=1, n_head=2, n_embd=48)
    model = GPT(shape, generator)
    with Live() as live:

        def speak(history: History) -> None:
            live.show(
                lambda: f"{name} step {history.step[-1]} of {steps}: loss {history.loss[-1]:.2f}".strip()
            )

        config = TrainConfig(steps=steps, lr=1e-2, warmup=10)
        train(model, next_batch, config, generator, progress=False, on_step=speak)
    return model


@torch.no_grad()
def next_words(model: GPT, tokenizer: BytePairTokenizer, text: str) -> dict[str, float]:
    """Return the probability of each next token after `text`; tokens that differ only in spaces are added up."""
    logits = model(torch.tensor([tokenizer.encode(text)]), last_only=True).logits[0, -1]  # (V,)
    chances: defaultdict[str, float] = defaultdict(float)
    for token, probability in enumerate(logits.softmax(-1).tolist()):
        chances[tokenizer.decode([token]).strip()] += probability
    return dict(chances)


def same_code_other_data(
    tokenizer: BytePairTokenizer, one: Sequence[str], other: Sequence[str], words: Sequence[str]
) -> Finding:
    """Train the same model on two sets of documents; the reader guesses the chance of the last word in the second.

    Args:
        words: those whose chances after "The cat sat on the" are shown.
    """
    chances = {}
    for name, documents in (("the text as it is", one), ("one word exchanged", other)):
        model = train_tiny(tokenizer, documents, seed=0, name=name)
        found = next_words(model, tokenizer, facts.CAT_PROMPT)
        chances[name] = {word: found.get(word, 0.0) for word in words}
    second = chances["one word exchanged"]
    return Finding(
        f"chance of “{words[-1]}” in the second model",
        f"{second[words[-1]]:.0%}",
        lambda guess: draw_worlds(chances, guess),
        "Same code, same settings, same random start. Nobody wrote a rule about cats: **what it has learned came "
        "from its data**, and whoever chooses the data decides it.",
    )


def draw_worlds(chances: Mapping[str, Mapping[str, float]], guess: object = None) -> Picture:
    """Draw the chances of the same words in two models, side by side."""
    figure, axis = new_figure(height=2.8)
    words = list(next(iter(chances.values())))
    for (name, found), shift, colour, hatch in zip(
        chances.items(), (-0.2, 0.2), (GREY, BLUE), ("//", ""), strict=True
    ):
        places = [place + shift for place in range(len(words))]
        bars = axis.bar(
            places, list(found.values()), 0.4, color=colour, hatch=hatch, edgecolor="white", label=name
        )
        axis.bar_label(bars, [f"{chance:.0%}" for chance in found.values()], fontsize=10, padding=2)
    axis.set_xticks(range(len(words)), words)
    axis.set_yticks([0, 0.25, 0.5], ["0%", "25%", "50%"])
    axis.set(ylim=(0, 0.6), ylabel="chance of being next")
    axis.legend(loc="upper left")
    mark_guess(axis, guess, share=True)
    parts = [
        f"{name}: " + ", ".join(f"{w} {c:.0%}" for w, c in found.items()) for name, found in chances.items()
    ]
    return Picture(
        figure,
        f"Chances after “{facts.CAT_PROMPT}”. " + "; ".join(parts) + ".",
        f"After “{facts.CAT_PROMPT}”.",
    )


# --- 4: we can retrain quickly --------------------------------------------------------------------------------


def training_speed(model: GPT, seconds: float = 4.0, rows: int = 8) -> float:
    """Return the tokens per second at which this machine trains a model of this shape, measured for `seconds`.

    A fresh copy with random tokens is trained, so `model` itself does not change; one step warms up uncounted.
    """
    copy = GPT(model.config, torch.Generator().manual_seed(0))
    optimizer = torch.optim.AdamW(copy.parameters(), lr=1e-3)
    shape = (rows, model.config.context + 1)
    ids = torch.randint(model.config.vocab_size, shape, generator=torch.Generator().manual_seed(0))
    began, steps = time.perf_counter(), -1
    with Live() as live:
        while steps < 1 or time.perf_counter() - began < seconds:
            optimizer.zero_grad()
            next_token_loss(copy, (ids[:, :-1], ids[:, 1:])).backward()
            optimizer.step()
            steps += 1
            if steps == 0:
                began = time.perf_counter()
            read = max(steps, 0) * rows * model.config.context
            live.show(lambda read=read: f"measuring: {read:,} tokens so far")  # type: ignore[misc]
    return steps * rows * model.config.context / (time.perf_counter() - began)


def retraining_here(model: GPT, plans: Mapping[str, tuple[float, float]], seconds: float = 4.0) -> Finding:
    """Measure how fast this machine trains, and say how long it would need for each plan by the 6ND rule.

    Args:
        plans: name -> (weights, tokens); the reader guesses the years of the last.
    """
    speed = training_speed(model, seconds)
    flops = achieved_flops(model.num_parameters(), speed)
    hours = {name: training_time(*plan, flops) / 3600 for name, plan in plans.items()}
    rows = [[name, duration(needed)] for name, needed in hours.items()]
    last = list(plans)[-1]
    weights = plans[last][0]
    return Finding(
        f"years on this machine: {last}",
        _two_digits(hours[last] / HOURS_A_YEAR),
        lambda _: table(["plan", "at the speed of this tiny model"], rows),
        f"Measured here: {_two_digits(speed)} tokens a second, {_two_digits(flops / 1e9)} billion operations a "
        f"second, with a tiny model. And {weights / 1e9:.2g} billion weights in training need at least "
        f"{TRAINING_BYTES * weights / 1e9:,.0f} GB: {TRAINING_BYTES} bytes for each.",
    )


def duration(hours: float) -> str:
    """Return hours as people say them: minutes, hours, days or years, two digits that count."""
    for size, unit in ((HOURS_A_YEAR, "years"), (24, "days"), (1, "hours")):
        if hours >= 1.5 * size:
            return f"{_two_digits(hours / size)} {unit}"
    return f"{_two_digits(60 * hours)} minutes"


def _two_digits(value: float) -> str:
    return f"{float(f'{value:.2g}'):,.{0 if value >= 9.95 else 1}f}"


# --- 5: it always picks the best word -------------------------------------------------------------------------


@dataclass(frozen=True)
class Draws:
    """The rank among all tokens of each drawn token, 1 for the model's own first choice.

    Attributes:
        name: kind of text.
        ranks: of shape (continuations, tokens).
    """

    name: str
    ranks: Tensor

    def share(self, low: int, high: float = math.inf) -> float:
        """Return which share of the draws had a rank from `low` to `high`."""
        return float(((self.ranks >= low) & (self.ranks <= high)).double().mean())

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the share of first choices, whole continuations drawn anew (seed 0).

        The tokens of one continuation go together: one that has come to a list of names stays there.
        """
        shares = (self.ranks == 1).double().mean(1)  # (continuations,)
        drawn = torch.randint(
            len(shares), (RESAMPLES, len(shares)), generator=torch.Generator().manual_seed(0)
        )
        low, high = shares[drawn].mean(1).quantile(torch.tensor([0.025, 0.975], dtype=torch.float64)).tolist()
        return low, high


def ranks_of_draws(
    model: GPT, tokenizer: BytePairTokenizer, prompt: str, answers: int = 40, tokens: int = 40, seed: int = 0
) -> Tensor:
    """Draw continuations at T = 1 and return the rank of each drawn token (answers, tokens)."""
    start = tokenizer.encode(prompt)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.tensor(
        generate_batch(model, [start] * answers, tokens, 1.0, generator)
    )  # (answers, tokens)
    read = torch.cat((torch.tensor([start] * answers), drawn), dim=1)
    with torch.no_grad():
        scores = model(read).logits[:, len(start) - 1 : -1]  # (answers, tokens, V)
    own = scores.gather(-1, drawn[..., None])
    return 1 + (scores > own).sum(-1)


def drawing(model: GPT, tokenizer: BytePairTokenizer, prompts: Mapping[str, str]) -> Finding:
    """Draw tokens after each prompt; the reader guesses the share of first choices after the first.

    Args:
        prompts: kind of text -> the words that it begins with.
    """
    found = [Draws(name, ranks_of_draws(model, tokenizer, prompt)) for name, prompt in prompts.items()]
    first = found[0]
    return Finding(
        f"of {first.ranks.numel():,} drawn tokens the model's first choice ({first.name})",
        f"{first.share(1, 1):.0%}",
        lambda guess: draw_ranks(found, guess),
        _what_the_draws_say(found),
    )


def _what_the_draws_say(found: Sequence[Draws]) -> str:
    edges = {draws.name: draws.interval() for draws in found}
    parts = [
        f"{draws.name} {draws.share(1, 1):.0%} ({edges[draws.name][0]:.0%} to {edges[draws.name][1]:.0%})"
        for draws in found
    ]
    ordered = sorted(found, key=lambda draws: draws.share(1, 1))
    least, most = ordered[0], ordered[-1]
    verdict = (
        f"In these continuations the first choice is drawn less often in {least.name} than in {most.name}."
        if edges[least.name][1] < edges[most.name][0]
        else "The intervals overlap: so few continuations do not show that the texts differ."
    )
    return (
        f"First choices in {len(found[0].ranks)} continuations each, with 95% intervals over whole continuations, as "
        f"the tokens of one go together: {', '.join(parts)}. {verdict} The rest are the draws that make two answers "
        "differ."
    )


def draw_ranks(found: Sequence[Draws], guess: object = None) -> Picture:
    """Draw for each kind of text which share of the drawn tokens was first, second to fifth, or later choice."""
    figure, axis = new_figure(height=2.0)
    kinds = (
        ("first choice", 1, 1, BLUE, ""),
        ("second to fifth", 2, 5, SKY, "//"),
        ("later", 6, math.inf, ORANGE, ".."),
    )
    parts = []
    for place, draws in enumerate(found):
        left = 0.0
        for label, low, high, colour, hatch in kinds:
            share = draws.share(low, high)
            axis.barh(
                place,
                share,
                0.6,
                left,
                color=colour,
                hatch=hatch,
                edgecolor="white",
                label=label if place == 0 else None,
            )
            if share > 0.06:
                axis.text(left + share / 2, place, f"{share:.0%}", ha="center", va="center", fontsize=11,
                          bbox={"facecolor": "white", "linewidth": 0, "pad": 1.5})  # fmt: skip
            left += share
        parts.append(
            f"{draws.name}: " + ", ".join(f"{label} {draws.share(a, b):.0%}" for label, a, b, _, _ in kinds)
        )
    axis.set_yticks(range(len(found)), [draws.name for draws in found])
    axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set(xlim=(0, 1), ylim=(len(found) - 0.5, -0.75))
    axis.grid(visible=False)
    figure.legend(loc="outside upper center", ncols=3)
    mark_guess(axis, guess, along="x", share=True)
    return Picture(figure, "Rank of the drawn tokens. " + "; ".join(parts) + ".", "")
