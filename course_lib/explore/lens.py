"""What each layer already knows: a read-out of the model after every layer (lesson 02, part 2).

The claim "early layers: which word follows which; then grammar; deep layers: knowledge" is put to the test. Every
token of held-out documents is sorted into one of three groups, and the logit lens says after which layer it is right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch

from course_lib.data import facts
from course_lib.explore.figure import BLUE, GREEN, ORANGE, Picture, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from course_lib.models.gpt import GPT
    from course_lib.tokenizers.bpe import BytePairTokenizer

GROUPS = ("word pairs", "wording", "knowledge")
_STYLES = {"word pairs": (BLUE, "o-"), "wording": (ORANGE, "s--"), "knowledge": (GREEN, "^:")}


@dataclass(frozen=True)
class LensResult:
    """Share of right guesses after each layer (first entry: the embedding alone), and tokens counted, by group."""

    accuracy: dict[str, list[float]]
    counted: dict[str, int]

    def layer_of(self, group: str, share: float = 0.8) -> int:
        """Return the first layer that reaches `share` of the group's final accuracy (0: the embedding)."""
        curve = self.accuracy[group]
        return next(layer for layer, value in enumerate(curve) if value >= share * curve[-1])


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
    right: defaultdict[str, torch.Tensor] = defaultdict(lambda: torch.zeros(model.config.n_layer + 1))
    counted: Counter[str] = Counter()
    for document in facts.fact_documents(2, seed):
        ids = tokenizer.encode(document)[: model.config.context]
        states = model(torch.tensor([ids]), return_states=True).states
        guesses = model.logit_lens(states)[:, 0, :-1].argmax(-1)  # (depth, T - 1)
        hits = (guesses == torch.tensor(ids[1:])).float()
        for place, group in enumerate(_groups(ids, document, tokenizer, follower)):
            right[group] += hits[:, place]
            counted[group] += 1
    return LensResult({g: (right[g] / counted[g]).tolist() for g in GROUPS}, {g: counted[g] for g in GROUPS})


def draw_lens(result: LensResult) -> Picture:
    """Draw the accuracy of each group over the layers."""
    figure, axis = new_figure(6.5, 3.0)
    for group in GROUPS:
        colour, style = _STYLES[group]
        axis.plot(result.accuracy[group], style, color=colour, label=f"{group} (n = {result.counted[group]})")
    depth = len(result.accuracy[GROUPS[0]])
    axis.set_xticks(range(depth), ["embedding", *[f"layer {layer}" for layer in range(1, depth)]])
    axis.set(ylim=(-0.03, 1.03), ylabel="share of right guesses")
    axis.legend(frameon=False)
    parts = [f"{group} {', '.join(f'{value:.0%}' for value in result.accuracy[group])}" for group in GROUPS]
    return Picture(
        figure, "Right guesses read out after the embedding and each layer: " + "; ".join(parts) + "."
    )
