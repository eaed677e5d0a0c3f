"""Words as directions: neighbours of trained embeddings, and how often they are right (lesson 04, part 2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from course_lib.data import facts
from course_lib.explore.figure import BLUE, ORANGE, Finding, Picture, new_figure, table
from course_lib.models.gpt import GPT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from course_lib.tokenizers.bpe import BytePairTokenizer


@torch.no_grad()
def word_vectors(model: GPT, tokenizer: BytePairTokenizer, words: Sequence[str]) -> Tensor:
    """Return the embedding of each word as it stands inside a sentence, (n, width); several tokens are averaged.

    Raises:
        ValueError: no words, or an empty one.
    """
    if not words or not all(words):
        raise ValueError(f"words={list(words)}; expected at least one, and none of them empty")
    rows = [model.embed.weight[torch.tensor(tokenizer.encode(f" {word}"))].mean(0) for word in words]
    return torch.stack(rows)


@torch.no_grad()
def neighbours(
    model: GPT, tokenizer: BytePairTokenizer, word: str, k: int = 4, dot: bool = False
) -> list[tuple[str, float]]:
    """Return the `k` tokens of the whole vocabulary that are nearest to a word, with their similarity.

    Args:
        dot: measure by dot product in place of cosine similarity.
    """
    table = model.embed.weight  # (V, width)
    query = word_vectors(model, tokenizer, [word])[0]
    scores = table @ query if dot else F.normalize(table, dim=-1) @ F.normalize(query, dim=-1)  # (V,)
    scores[torch.tensor(tokenizer.encode(f" {word}"))] = -torch.inf  # a word is no neighbour of its own
    top = scores.topk(k)
    names = [tokenizer.token_text(token) for token in top.indices.tolist()]
    return list(zip(names, top.values.tolist(), strict=True))


@dataclass(frozen=True)
class HitRate:
    """How many countries have the right word of a kind as their nearest one, among `choices` different words."""

    kind: str
    hits: int
    n: int
    choices: int
    commonest: int  # hits of whoever always names the most frequent word

    @property
    def chance(self) -> float:
        """The hits that a blind pick would have on average."""
        return self.n / self.choices


def hit_rate(model: GPT, tokenizer: BytePairTokenizer, kind: facts.Kind, dot: bool = False) -> HitRate:
    """Find for every country the nearest word of a kind, such as the nearest capital, and count the right ones."""
    wanted = [str(getattr(place, kind)) for place in facts.COUNTRIES]
    words = sorted(set(wanted))
    countries = word_vectors(model, tokenizer, [place.name for place in facts.COUNTRIES])  # (n, width)
    table = word_vectors(model, tokenizer, words)  # (choices, width)
    if not dot:
        countries, table = F.normalize(countries, dim=-1), F.normalize(table, dim=-1)
    nearest = (countries @ table.T).argmax(-1).tolist()
    hits = sum(words[i] == word for i, word in zip(nearest, wanted, strict=True))
    return HitRate(kind, hits, len(wanted), len(words), max(Counter(wanted).values()))


@torch.no_grad()
def lost_to_length(model: GPT) -> float:
    """Return the share of tokens whose best match by dot product, over the whole vocabulary, is not themselves."""
    table = model.embed.weight
    return float(((table @ table.T).argmax(-1) != torch.arange(len(table))).float().mean())


def nearest_words(
    model: GPT, tokenizer: BytePairTokenizer, words: Sequence[str], asked: str = "cat"
) -> Finding:
    """Find the nearest tokens of some words by cosine, and of how many tokens dot products get the nearest wrong."""
    rows = [[word, ", ".join(f"{name} {score:.2f}" for name, score in neighbours(model, tokenizer, word))]
            for word in words]  # fmt: skip
    lengths = model.embed.weight.detach().norm(dim=1)
    says = (
        f"By the dot product alone, without the division by both lengths, {lost_to_length(model):.0%} of all tokens "
        f"would have another token nearer than themselves: long rows win. The 256 single bytes, most of them hardly "
        f"ever read, have a length of {lengths[:256].median():.1f} (median), the other tokens "
        f"{lengths[256:].median():.1f}. Where all rows have length 1, as many embedding services return them, both "
        "measures rank alike."
    )
    return Finding(
        f"nearest to '{asked}'",
        neighbours(model, tokenizer, asked, 1)[0][0].lstrip("·"),
        lambda _guess: table(["word", "nearest tokens of the whole vocabulary, with their cosine"], rows),
        says,
    )


def right_words_nearest(model: GPT, tokenizer: BytePairTokenizer) -> Finding:
    """Count for how many countries the nearest capital, continent ... is the right one, beside three kinds of luck."""
    untrained = GPT(model.config, torch.Generator().manual_seed(0))
    trained, before = (
        {kind: hit_rate(one, tokenizer, kind) for kind in facts.KINDS} for one in (model, untrained)
    )
    rows = [
        [kind, f"{rate.hits} of {rate.n}", before[kind].hits, f"{rate.chance:.0f}", rate.commonest]
        for kind, rate in trained.items()
    ]
    head = ["nearest", "trained", "untrained", "blind pick", "always the most frequent"]
    beaten = sum(
        rate.hits > max(before[kind].hits, rate.chance, rate.commonest) for kind, rate in trained.items()
    )
    capital = trained["capital"]
    return Finding(
        "countries whose nearest capital is their own",
        f"{capital.hits} of {capital.n}",
        lambda _guess: table(head, rows),
        f"Training beats all three kinds of luck in {beaten} of {len(rows)} rows.",
    )


def draw_map(model: GPT, tokenizer: BytePairTokenizer, groups: dict[str, list[str]]) -> Picture:
    """Draw pairs of words on the two directions in which all of them differ most (PCA), each pair joined by a line.

    Args:
        groups: two groups of equal length; the words at the same place are a pair.

    Raises:
        ValueError: not two groups of equal length.
    """
    if len(groups) != 2 or len({len(members) for members in groups.values()}) != 1:
        sizes = [len(members) for members in groups.values()]
        raise ValueError(f"groups has {len(groups)} entries of {sizes} words; expected two equally long ones")
    words = [word for members in groups.values() for word in members]
    unit = F.normalize(word_vectors(model, tokenizer, words), dim=-1)
    centred = unit - unit.mean(0)
    _, strengths, directions = torch.linalg.svd(centred, full_matrices=False)
    directions = directions[:2] * directions[:2].sum(-1, keepdim=True).sign()  # fixes the free sign
    at = centred @ directions.T  # (n, 2)
    shown = float((strengths[:2] ** 2).sum() / (strengths**2).sum())
    figure, axis = new_figure(height=4.2)
    half = len(words) // 2
    left_first = bool(at[:half, 0].mean() < at[half:, 0].mean())
    for one, other in zip(at[:half].tolist(), at[half:].tolist(), strict=True):
        axis.plot([one[0], other[0]], [one[1], other[1]], color="#C8C8C8", linewidth=1, zorder=1)
    for place, (group, members) in enumerate(groups.items()):
        part = at[place * half : (place + 1) * half]
        axis.plot(*part.T.tolist(), "os"[place], color=(BLUE, ORANGE)[place], label=group)
        on_left = left_first == (place == 0)
        beside = float(part[:, 0].min()) - 0.03 if on_left else float(part[:, 0].max()) + 0.03
        for word, height in zip(members, _apart(part[:, 1].tolist(), 0.052), strict=True):
            axis.text(
                beside, height, word, ha="right" if on_left else "left", va="center", fontsize=10,
            )  # fmt: skip
    axis.margins(x=0.22, y=0.06)
    axis.set(xlabel="first direction", ylabel="second direction", xticks=[], yticks=[])
    axis.grid(visible=False)
    figure.legend(loc="outside upper left", ncols=2)
    named = " and ".join(f"{len(members)} {group}" for group, members in groups.items())
    return Picture(
        figure,
        f"{named}, each pair joined by a line, on the two directions in which they differ most; the picture keeps "
        f"{shown:.0%} of the differences.",
        f"A line joins a country and its capital. Two directions of {unit.shape[1]} are shown, with {shown:.0%} of all "
        "differences.",
    )


def _apart(heights: Sequence[float], gap: float) -> list[float]:
    """Return heights in the same order, moved apart so that neighbours differ by about `gap` or more."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    moved = list(heights)
    for _ in range(50):
        for low, high in pairwise(order):
            missing = gap - (moved[high] - moved[low])
            if missing > 0:
                moved[low] -= missing / 2
                moved[high] += missing / 2
    return moved
