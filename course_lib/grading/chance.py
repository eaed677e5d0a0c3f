"""Do draws follow a distribution? Tests that a right sampler fails less than once in a hundred million verdicts.

Bounds, not approximations: Chernoff's for counts, Laurent and Massart's (2000, lemma 1) for chi-square, and that of
Dvoretzky, Kiefer and Wolfowitz for sums over many tokens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

ALPHA = 1e-10  # chance that a right sampler fails one of the tests below
FEWEST = 5.0  # expected draws of a token for the chi-square; rarer ones are counted together


def is_unlikely(count: float, n: int, p: float, alpha: float = ALPHA) -> bool:
    """Return whether `count` successes in n trials of chance p happen with less than `alpha`, at either end."""
    if not 0 < p < 1:
        return count != n * p
    share = count / n
    divergence = sum(a * math.log(a / b) for a, b in ((share, p), (1 - share, 1 - p)) if a > 0)
    return n * divergence > math.log(2 / alpha)


def _is_far(counts: np.ndarray, chances: np.ndarray) -> bool:
    """Whether many rare tokens together come too seldom: the ids in order, and from the likeliest to the rarest.

    By the inequality of Dvoretzky, Kiefer and Wolfowitz with Massart's constant (1990).
    """
    n = counts.sum()
    if not n:
        return False
    most = math.sqrt(math.log(2 / ALPHA) / (2 * n))
    orders = (np.arange(len(chances)), np.argsort(-chances, kind="stable"))
    return any(np.abs(counts[o].cumsum() / n - chances[o].cumsum()).max() > most for o in orders)


def fault(ids: Sequence[int], p: Sequence[float]) -> str:
    """Return how draws differ from independent ones of the probabilities p, "" if they don't.

    "range": no id of p; "impossible": one of chance 0; "frequencies"; "even": more even than chance, such as quotas;
    "order": neighbours are equal too often or too seldom, such as in a sorted list.
    """
    chances = np.asarray(p, dtype=np.float64)
    chances = chances / chances.sum()
    n, size = len(ids), len(chances)
    if any(not 0 <= i < size for i in ids):
        return "range"
    counts = np.bincount(np.asarray(ids, dtype=np.int64), minlength=size)
    if (counts[chances == 0] > 0).any():
        return "impossible"
    level = ALPHA / max(size, 1)
    if any(
        is_unlikely(c, n, q, level) for c, q in zip(counts.tolist(), chances.tolist(), strict=True) if q > 0
    ):
        return "frequencies"
    often = n * chances >= FEWEST
    observed = [*counts[often], counts[~often].sum()]
    expected = [*(n * chances[often]), n * chances[~often].sum()]
    pairs = [(o, e) for o, e in zip(observed, expected, strict=True) if e > 0]
    freedom, x = len(pairs) - 1, math.log(1 / ALPHA)
    if freedom > 0:
        square = sum((o - e) ** 2 / e for o, e in pairs)
        if square > freedom + 2 * math.sqrt(freedom * x) + 2 * x + 20:
            return "frequencies"
        if square < freedom - 2 * math.sqrt(freedom * x):
            return "even"
    if _is_far(counts, chances):
        return "frequencies"
    same = float((chances**2).sum())
    for start in (0, 1):  # pairs that share no draw, so that they are independent
        firsts, seconds = ids[start:-1:2], ids[start + 1 :: 2]
        if firsts and is_unlikely(
            sum(a == b for a, b in zip(firsts, seconds, strict=False)), len(firsts), same
        ):
            return "order"
    return ""
