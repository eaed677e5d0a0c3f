"""A baseline without a language model: one layer of weights on the words of a text (lesson 05).

What a candidate has to beat. It learns from labelled examples in a second, answers in microseconds, and every weight
can be read: how much does this word speak for that answer?
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.models.mlp import MLP, MLPConfig

DECAY = 1e-4  # pulls weights towards 0: without it names of months take the credit for whole sentences
_WORD = re.compile(r"[^\W\d_]+")


def words(text: str) -> list[str]:
    """Return the words of a text in small letters, numbers left out."""
    return _WORD.findall(text.lower())


@dataclass(frozen=True)
class LinearBaseline:
    """A trained classifier: score of a label = sum of its weights for the words of the text, plus its bias."""

    vocabulary: dict[str, int]
    labels: tuple[str, ...]
    model: MLP

    def features(self, texts: Sequence[str]) -> Tensor:
        """Return one row per text: 1 for each known word in it, the row scaled to length 1 (0 if none is known)."""
        rows = torch.zeros(len(texts), len(self.vocabulary))
        for row, text in zip(rows, texts, strict=True):
            row[[place for word in set(words(text)) if (place := self.vocabulary.get(word)) is not None]] = 1
        return F.normalize(rows, dim=1)

    @torch.no_grad()
    def answer(self, texts: Sequence[str]) -> list[str]:
        """Return the label with the highest score for each text."""
        return [self.labels[i] for i in self.model(self.features(texts)).logits.argmax(1).tolist()]

    def telling_words(self, label: str, n: int = 5) -> list[str]:
        """Return the words whose weights speak most for a label, the strongest first.

        Raises ValueError for a label that it does not know.
        """
        weights = cast(nn.Linear, self.model.layers[0]).weight[self.labels.index(label)]
        names = list(self.vocabulary)
        return [names[i] for i in weights.topk(min(n, len(names))).indices.tolist()]


def train_linear_baseline(
    texts: Sequence[str], golds: Sequence[str], seed: int = 0, steps: int = 100, rarest: int = 2
) -> LinearBaseline:
    """Fit one layer of weights to labelled texts, with Adam on all of them at once.

    Args:
        golds: the right label of each text.
        seed: of the starting weights.
        rarest: a word counts if it is in at least so many texts.

    Raises:
        ValueError: no texts, another number of labels, or no word that is common enough.
    """
    if not texts or len(texts) != len(golds):
        raise ValueError(f"{len(texts)} texts and {len(golds)} labels; expected as many, at least 1")
    counts = Counter(word for text in texts for word in set(words(text)))
    common = sorted(word for word, count in counts.items() if count >= rarest)
    if not common:
        raise ValueError(f"no word is in at least {rarest} texts")
    labels = tuple(sorted(set(golds)))
    shape = MLPConfig(len(common), len(labels), (), "identity")
    model = MLP(shape, torch.Generator().manual_seed(seed))
    baseline = LinearBaseline({word: i for i, word in enumerate(common)}, labels, model)
    rows, wanted = baseline.features(texts), torch.tensor([labels.index(gold) for gold in golds])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=DECAY)
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(model(rows).logits, wanted).backward()
        optimizer.step()
    return baseline
