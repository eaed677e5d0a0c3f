"""A map is not an explanation: what each head looks at beside what is lost without it (lesson 10, part 5)."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from course_lib.data import facts
from course_lib.explore.figure import BLUE, GREY, RED, Finding, Picture, mark_guess, new_figure
from course_lib.explore.heads import knock_out_heads, name_in, padded
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer

SENTENCE: str = "{name} is a country in"
KIND: facts.Kind = "continent"


@dataclass(frozen=True)
class HeadEffect:
    """One head, counted from 1: its attention on the country (a mean), and how many answers are right without it."""

    layer: int
    number: int
    share: float
    right: int


@torch.no_grad()
def effects_of_heads(model: GPT, tokenizer: BytePairTokenizer) -> tuple[list[HeadEffect], int, int]:
    """Measure all heads at the last token of "X is a country in"; return them, the right answers of all "
    "heads, and n."""
    rows = [tokenizer.encode(SENTENCE.format(name=place.name)) for place in facts.COUNTRIES]
    batch, ends = padded(rows)
    maps = model(batch, return_attention=True).attentions
    result = knock_out_heads(model, tokenizer, SENTENCE, KIND)
    found = []
    for (layer, number), right in result.without.items():
        share = 0.0
        for i, (place, ids, end) in enumerate(zip(facts.COUNTRIES, rows, ends, strict=True)):
            first, last = name_in(tokenizer, ids, place.name)
            share += float(maps[layer - 1][i, number - 1, end, first:last].sum())
        found.append(HeadEffect(layer, number, share / result.n, right))
    return found, result.whole, result.n


def looked_at_most(model: GPT, tokenizer: BytePairTokenizer) -> Finding:
    """Find how many continents stay right without the head that looks most at the country."""
    heads, whole, n = effects_of_heads(model, tokenizer)
    most = max(heads, key=lambda head: head.share)
    worst = min(heads, key=lambda head: head.right)
    idle = max((head for head in heads if head.right >= whole), key=lambda head: head.share)
    said = (
        f"All heads together get {whole} right. Without the head with most attention on the country ({_name(most)}, "
        f"{most.share:.0%}) it is {most.right}; "
    )
    if worst != most:
        said += f"without {_name(worst)}, which gives it only {worst.share:.0%}, it is {worst.right}. "
    said += (
        f"And {_name(idle)} gives it {idle.share:.0%}: without that head {idle.right} are right. **A map is not an "
        "explanation.** Nor is a silenced head the whole one: this is one form of sentence, and setting a head to "
        "zero is one way of silencing."
    )
    return Finding(
        "continents right without the head that looks most",
        f"{most.right} of {n}",
        lambda guess: draw_effects(heads, whole, n, guess),
        said,
    )


def _name(head: HeadEffect) -> str:
    return f"layer {head.layer}, head {head.number}"


def draw_effects(heads: list[HeadEffect], whole: int, n: int, guess: object = None) -> Picture:
    """Draw each head: its attention on the country to the right, the right answers without it upwards."""
    figure, axis = new_figure(height=3.9)
    most, worst = max(heads, key=lambda head: head.share), min(heads, key=lambda head: head.right)
    idle = max((head for head in heads if head.right >= whole), key=lambda head: head.share)
    for head in heads:
        named = head in (most, worst, idle)
        colour, mark = (RED, "D") if head == worst else (BLUE, "o") if named else (GREY, "o")
        axis.plot(head.share, head.right, mark, color=colour, markersize=9 if named else 6)
    for head, text, place in (
        (most, "looks most", (-8, 8)),
        (worst, "matters most", (10, 4)),
        (idle, "looks a lot,\nmatters for none", (-10, -40)),
    ):
        side = "right" if place[0] < 0 else "left"
        axis.annotate(
            f"{text}\n{_name(head)}", (head.share, head.right), place,
            textcoords="offset points", ha=side, fontsize=9.5,
        )  # fmt: skip
    axis.axhline(whole, color=GREY, linestyle=":", linewidth=1.5)
    axis.set(
        xlim=(0, 1.02),
        ylim=(-2, n + 4),
        xlabel="attention of the last token on the country",
        ylabel="right without it",
    )
    axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set_yticks(range(0, n + 1, 9))
    mark_guess(axis, guess)
    told = "; ".join(f"{_name(head)} {head.share:.0%}, {head.right}" for head in heads)
    return Picture(
        figure,
        f"For '{SENTENCE.format(name='X')}': attention of each head on the country, and how many of {n} continents "
        f"are right without it: {told}. With all heads {whole}.",
        f"Each point is a head of the trained model, over {n} countries in '{SENTENCE.format(name='X')}'. Dotted: "
        "all heads.",
    )
