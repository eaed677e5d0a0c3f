"""What can be read out after each layer: the logit lens, token group by token group (lesson 02, part 2).

The saying "early layers: which word follows which; then grammar; deep layers: knowledge" is put to the test. Every
token of new documents is sorted into one of three groups, and the logit lens says after which layer it is right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.data import facts
from course_lib.explore.figure import BLUE, GREEN, ORANGE, Finding, Picture, mark_guess, new_figure
from course_lib.explore.live import following

if TYPE_CHECKING:
    from collections.abc import Sequence

    from course_lib.models.gpt import GPT
    from course_lib.tokenizers.bpe import BytePairTokenizer

GROUPS = ("word pairs", "wording", "knowledge")  # in the order in which the saying has them
_STYLES = {"word pairs": (BLUE, "o-"), "wording": (ORANGE, "s--"), "knowledge": (GREEN, "^:")}
DRAWS = 2000  # of the documents, for an interval


@dataclass(frozen=True)
class LensResult:
    """Right guesses by group: `hits` (documents, depth), first the embedding alone, and `counted` (documents,)."""

    hits: dict[str, Tensor]
    counted: dict[str, Tensor]

    def accuracy(self, group: str) -> list[float]:
        """Return the share of right guesses after the embedding and after each layer."""
        return (self.hits[group].sum(0) / self.counted[group].sum()).tolist()

    def interval(self, group: str, layer: int, of_final: bool = False) -> tuple[float, float]:
        """Return the 95 % interval of a share, the documents drawn anew with replacement (seed 0).

        Args:
            of_final: the share, as a share of the one after the last layer.
        """
        documents = len(self.counted[group])
        generator = torch.Generator().manual_seed(0)
        drawn = torch.randint(documents, (DRAWS, documents), generator=generator)
        right = self.hits[group][drawn].sum(1)  # (DRAWS, depth)
        below = right[:, -1] if of_final else self.counted[group][drawn].sum(1)
        ratios = right[:, layer] / below.clamp(min=1)
        low, high = ratios.quantile(torch.tensor([0.025, 0.975], dtype=ratios.dtype)).tolist()
        return low, high


def most_common_follower(ids: Sequence[int]) -> dict[int, int]:
    """Return for each token the one that follows it most often: the best guess of a model that sees one token."""
    followers: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for left, right in pairwise(ids):
        followers[left][right] += 1
    return {left: counts.most_common(1)[0][0] for left, counts in followers.items()}


def _groups(
    ids: list[int], document: str, tokenizer: BytePairTokenizer, follower: dict[int, int]
) -> list[str]:
    """Return the group of each token but the first.

    'knowledge': the first token of a fact's value after the country was named; 'word pairs': what most often follows
    the token before; 'wording': everything else.
    """
    country = next(c for c in facts.COUNTRIES if c.name in document)
    values = {tokenizer.encode(f" {getattr(country, kind)}")[0] for kind in facts.KINDS}
    named = tokenizer.encode(f" {country.name}")[0]
    groups, known = [], document.startswith(country.name)
    for before, token in pairwise(ids):
        if known and token in values and follower.get(before) != token:
            groups.append("knowledge")
        else:
            groups.append("word pairs" if follower.get(before) == token else "wording")
        known = known or token == named
    return groups


@torch.no_grad()
def lens_by_group(model: GPT, tokenizer: BytePairTokenizer, seed: int = 1_000_003) -> LensResult:
    """Measure the logit lens on two new documents about each country, token group by token group.

    Args:
        seed: draws the documents; the default is no seed that the shipped model was trained with.
    """
    training = tokenizer.encode("\n\n".join(facts.fact_documents(10, seed=0)))
    follower = most_common_follower(training)
    documents = facts.fact_documents(2, seed)
    depth = model.config.n_layer + 1
    right = {group: torch.zeros(len(documents), depth, dtype=torch.float64) for group in GROUPS}
    counted = {group: torch.zeros(len(documents), dtype=torch.float64) for group in GROUPS}
    for number, document in enumerate(following(documents, "reading document", lambda text: text[:40])):
        ids = tokenizer.encode(document)[: model.config.context]
        states = model(torch.tensor([ids]), return_states=True).states
        guesses = model.logit_lens(states)[:, 0, :-1].argmax(-1)  # (depth, T - 1)
        hits = (guesses == torch.tensor(ids[1:])).double()
        for place, group in enumerate(_groups(ids, document, tokenizer, follower)):
            right[group][number] += hits[:, place]
            counted[group][number] += 1
    return LensResult(right, counted)


def draw_lens(result: LensResult, guess: object = None) -> Picture:
    """Draw the accuracy of each group over the layers, with its 95 % interval as a band.

    Args:
        guess: the reader's, of a share.
    """
    figure, axis = new_figure(height=3.2)
    for group in GROUPS:
        colour, style = _STYLES[group]
        curve = result.accuracy(group)
        low, high = zip(*(result.interval(group, layer) for layer in range(len(curve))), strict=True)
        axis.fill_between(range(len(curve)), low, high, color=colour, alpha=0.18, linewidth=0)
        axis.plot(curve, style, color=colour, label=group)
    axis.set_xticks(range(len(curve)), ["embedding", *[f"layer {layer}" for layer in range(1, len(curve))]])
    axis.set(ylim=(-0.03, 1.03), ylabel="share of right guesses")
    figure.legend(loc="outside upper center", ncols=len(GROUPS))
    mark_guess(axis, guess, share=True)
    parts = [f"{group} {', '.join(f'{x:.0%}' for x in result.accuracy(group))}" for group in GROUPS]
    sentence = "Right guesses read out after the embedding and each layer: " + "; ".join(parts) + "."
    sizes = ", ".join(f"{int(result.counted[group].sum()):,} tokens of {group}" for group in GROUPS)
    return Picture(figure, sentence, f"Read out after each layer: {sizes}. Bands: 95% intervals.")


def read_half_way(model: GPT, tokenizer: BytePairTokenizer, layer: int = 2) -> Finding:
    """Ask how much of each group can be read out after `layer`, and whether the order is that of the saying."""
    result = lens_by_group(model, tokenizer)
    return Finding(
        f"knowledge tokens that are right after layer {layer}",
        f"{result.accuracy('knowledge')[layer]:.0%}",
        lambda guess: draw_lens(result, guess),
        _what_the_order_is(result, layer),
    )


def _what_the_order_is(result: LensResult, layer: int) -> str:
    parts, edges = [], []
    for group in GROUPS:
        curve, (low, high) = result.accuracy(group), result.interval(group, layer, of_final=True)
        parts.append(f"{group} {curve[layer] / curve[-1]:.0%} ({low:.0%} to {high:.0%})")
        edges.append((low, high))
    apart = all(first[0] > then[1] for first, then in pairwise(edges))
    verdict = (
        "No two of these intervals overlap: **in this model the three groups do come in the order of the saying.**"
        if apart
        else "These intervals are not clear of each other in the order of the saying: **this model does not show it.**"
    )
    return (
        f"After layer {layer}, as a share of what can be read out at the end: {', '.join(parts)}. In brackets: 95% "
        "intervals, ranges made so that they hold the true share in 95 of 100 such measurements, if the cases (here "
        f"documents) are independent. {verdict} It is one small model and one way to read it."
    )
