"""The n-gram model: what followed these few tokens before? Built in lesson 01.

An n-gram is n tokens in a row. The model counts them in a text; a probability is a count divided by a count. Nothing is
trained. What was never counted needs a rule, the smoothing:

- "add-k" pretends that every continuation was seen k additional times (Laplace 1814 for k = 1, Lidstone 1920);
- "witten-bell" mixes in the model that sees one token less, the more so the more different tokens followed
  (Witten and Bell 1991).
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

SMOOTHINGS = ("add-k", "witten-bell")


class NGram:
    """A table of counts for every context of 0 to order - 1 tokens.

    A run of tokens is kept as one whole number, with the tokens as its digits in base `vocab_size`. Sorted, all runs
    with the same context stand side by side, so that the continuations of a context are one slice of the table.

    Args:
        ids: the text to count, at least one id.
        vocab_size: how many different ids there are.
        order: n; a bigram model has order 2 and sees one token.
        smoothing: "add-k" or "witten-bell".
        k: what add-k adds, above 0; witten-bell does not use it.

    Raises:
        ValueError: for ids out of range, an order below 1 or too high for 64-bit numbers, or k that is not above 0.
    """

    def __init__(
        self,
        ids: Sequence[int],
        vocab_size: int,
        order: int,
        smoothing: str = "witten-bell",
        k: float | int = 1.0,
    ) -> None:
        if order != int(order) or order < 1 or vocab_size < 1 or vocab_size**order >= 2**63:
            raise ValueError(
                f"order={order!r}, vocab_size={vocab_size}; expected both at least 1, vocab_size**order below 2**63"
            )
        if smoothing not in SMOOTHINGS:
            raise ValueError(f"smoothing={smoothing!r}; expected one of {SMOOTHINGS}")
        if not 0 < k < math.inf:
            raise ValueError(f"k={k}; expected a number above 0")
        self.vocab_size, self.order = vocab_size, int(order)
        self.smoothing, self.k = smoothing, float(k)
        text = self._checked(ids)
        if not len(text):
            raise ValueError("ids is empty; expected at least one token")
        # _runs[n]: the different runs of n + 1 tokens, sorted, and how often each was seen.
        self._runs = [np.unique(self._numbers(text, n + 1), return_counts=True) for n in range(order)]

    def counts(self, context: Sequence[int]) -> dict[int, int]:
        """Return how often each token followed the last order - 1 tokens of `context`; {} if they were never seen."""
        start, stop, context_length = self._slice(context)
        runs, counts = self._runs[context_length]
        return dict(
            zip((runs[start:stop] % self.vocab_size).tolist(), counts[start:stop].tolist(), strict=True)
        )

    def probs(self, context: Sequence[int]) -> Float[Tensor, " vocab"]:
        """Return the probability of each next token, float64, all above 0; only the last order - 1 tokens matter."""
        context = self._checked(context).tolist()[-(self.order - 1) :] if self.order > 1 else []
        if self.smoothing == "add-k":
            counted = self._count_vector(context)
            return (counted + self.k) / (counted.sum() + self.k * self.vocab_size)
        mixed = torch.full((self.vocab_size,), 1 / self.vocab_size, dtype=torch.float64)
        for length in range(len(context) + 1):  # from the shortest context to the longest
            counted = self._count_vector(context[len(context) - length :])
            kinds = (counted > 0).sum()
            if kinds:  # a context that was never seen leaves the shorter one's answer as it is
                mixed = (counted + kinds * mixed) / (counted.sum() + kinds)
        return mixed

    def log_probs(self, ids: Sequence[int]) -> Float[Tensor, " predicted"]:
        """Return ln p of every token of a text but the first, each from what stands before it, float64.

        Raises ValueError for fewer than two tokens.
        """
        text = self._checked(ids)
        if len(text) < 2:
            raise ValueError(f"ids has {len(text)} tokens; expected at least 2")
        p = np.full(len(text), 1 / self.vocab_size)
        if self.smoothing == "add-k":
            for length in range(self.order):  # the tokens at the start have a shorter context
                last = None if length == self.order - 1 else length + 1
                counted, total, _ = self._lookup(text, length)
                here = slice(length, last)
                p[here] = (counted[: len(p[here])] + self.k) / (
                    total[: len(p[here])] + self.k * self.vocab_size
                )
        else:
            for length in range(min(self.order, len(text))):
                counted, total, kinds = self._lookup(text, length)
                shorter = p[length:]
                p[length:] = np.where(
                    total > 0, (counted + kinds * shorter) / np.maximum(total + kinds, 1), shorter
                )
        return torch.from_numpy(np.log(p[1:]))

    def loss(self, ids: Sequence[int]) -> float:
        """Return the mean of -ln p over all tokens but the first: nats per token, as `token_loss` does for a GPT."""
        return -float(self.log_probs(ids).mean())

    def generate(
        self, prompt: Sequence[int], max_new_tokens: int, generator: torch.Generator, smooth: bool = False
    ) -> list[int]:
        """Draw tokens one after the other and return the prompt followed by them.

        Unless `smooth`, the tokens are drawn from the bare counts of the longest context that was seen: smoothing is
        for measuring, and would sprinkle tokens over the text that never followed.
        """
        ids = self._checked(prompt).tolist()
        for _ in range(max_new_tokens):
            if smooth:
                weights = self.probs(ids)
            else:
                lengths = range(min(self.order - 1, len(ids)), -1, -1)
                weights = next(w for n in lengths if (w := self._count_vector(ids[len(ids) - n :])).any())
            ids.append(int(torch.multinomial(weights, 1, generator=generator)))
        return ids

    @property
    def nbytes(self) -> int:
        """The bytes that the tables take."""
        return sum(runs.nbytes + counts.nbytes for runs, counts in self._runs)

    def __len__(self) -> int:
        """The number of different runs of `order` tokens that were seen."""
        return len(self._runs[-1][0])

    # --- numbers, slices and looking up many at once ----------------------------------------------------------------

    def _checked(self, ids: Sequence[int]) -> NDArray[np.int64]:
        text = np.asarray(ids, dtype=np.int64) if len(ids) else np.zeros(0, dtype=np.int64)
        wrong = text[(text < 0) | (text >= self.vocab_size)]
        if text.ndim != 1 or len(wrong):
            found = f"the id {wrong.flat[0]}" if len(wrong) else f"shape {text.shape}"
            raise ValueError(f"ids has {found}; expected one row of ids from 0 to {self.vocab_size - 1}")
        return text

    def _numbers(self, text: NDArray[np.int64], length: int) -> NDArray[np.int64]:
        """Every run of `length` tokens of a text as one number."""
        number = np.zeros(max(len(text) - length + 1, 0), dtype=np.int64)
        for place in range(length):
            number = number * self.vocab_size + text[place : place + len(number)]
        return number

    def _slice(self, context: Sequence[int]) -> tuple[int, int, int]:
        """Where the runs that begin with a context stand, and how many of its tokens count."""
        used = self._checked(context)[max(len(context) - self.order + 1, 0) :]
        runs = self._runs[len(used)][0]
        number = int(self._numbers(used, len(used))[0]) if len(used) else 0
        start, stop = np.searchsorted(runs, [number * self.vocab_size, (number + 1) * self.vocab_size])
        return int(start), int(stop), len(used)

    def _count_vector(self, context: Sequence[int]) -> Float[Tensor, " vocab"]:
        counted = torch.zeros(self.vocab_size, dtype=torch.float64)
        seen = self.counts(context)
        counted[list(seen)] = torch.tensor(list(seen.values()), dtype=torch.float64)
        return counted

    def _lookup(
        self, text: NDArray[np.int64], length: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """For each token with `length` tokens before it: its count, the context's total, the different followers."""
        runs, counts = self._runs[length]
        wanted = self._numbers(text, length + 1)
        place = np.minimum(np.searchsorted(runs, wanted), max(len(runs) - 1, 0))
        counted = np.where(runs[place] == wanted, counts[place], 0) if len(runs) else np.zeros_like(wanted)
        first = wanted // self.vocab_size * self.vocab_size
        start, stop = np.searchsorted(runs, first), np.searchsorted(runs, first + self.vocab_size)
        up_to = np.concatenate([[0], np.cumsum(counts)])
        return counted, up_to[stop] - up_to[start], stop - start
