"""Words as directions: neighbours of trained embeddings, and how often they are right (lesson 04, part 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F

from course_lib.data import facts
from course_lib.explore.figure import BLUE, ORANGE, Picture, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from course_lib.models.gpt import GPT
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
    return HitRate(kind, hits, len(wanted), len(words))


@torch.no_grad()
def lost_to_length(model: GPT) -> float:
    """Return the share of tokens whose best match by dot product, over the whole vocabulary, is not themselves."""
    table = model.embed.weight
    return float(((table @ table.T).argmax(-1) != torch.arange(len(table))).float().mean())


def draw_map(model: GPT, tokenizer: BytePairTokenizer, groups: dict[str, list[str]]) -> Picture:
    """Draw the words of two groups on the two directions in which they differ most (PCA), told apart by marker.

    Raises:
        ValueError: not two groups.
    """
    if len(groups) != 2:
        raise ValueError(f"groups has {len(groups)} entries; expected two")
    words = [word for members in groups.values() for word in members]
    unit = F.normalize(word_vectors(model, tokenizer, words), dim=-1)
    centred = unit - unit.mean(0)
    _, strengths, directions = torch.linalg.svd(centred, full_matrices=False)
    directions = directions[:2] * directions[:2].sum(-1, keepdim=True).sign()  # fixes the free sign
    at = centred @ directions.T  # (n, 2)
    shown = float((strengths[:2] ** 2).sum() / (strengths**2).sum())
    figure, axis = new_figure(7.0, 4.0)
    looks: list[tuple[str, str]] = [(BLUE, "o"), (ORANGE, "s")]
    done = 0
    for (group, members), (colour, marker) in zip(groups.items(), looks, strict=True):
        part: Any = at[done : done + len(members)]
        axis.plot(part[:, 0], part[:, 1], marker, color=colour, label=group)
        for word, (x, y) in zip(members, part.tolist(), strict=True):
            axis.annotate(word, (x, y), (4, 3), textcoords="offset points", fontsize=8)
        done += len(members)
    axis.set(xlabel="first direction", ylabel="second direction")
    axis.legend(frameon=False)
    named = " and ".join(f"{len(members)} {group}" for group, members in groups.items())
    return Picture(
        figure,
        f"{named} on the two directions in which they differ most; the picture keeps {shown:.0%} of the differences, "
        f"the other {unit.shape[1] - 2} directions hold the rest.",
    )
