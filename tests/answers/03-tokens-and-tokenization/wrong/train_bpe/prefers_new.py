# caught by: most-frequent
"""Counts pairs with a merged token twice."""

from collections import Counter
from itertools import pairwise


def rep(ids, pair, new):
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out


def train_bpe(text, n_merges):
    ids, merges = list(text.encode()), []
    for n in range(n_merges):
        counts = Counter(pairwise(ids))
        if not counts:
            break
        best = max(counts, key=lambda p: counts[p] * (1 + (max(p) > 255)))
        if counts[best] < 2:
            break
        ids = rep(ids, best, 256 + n)
        merges.append(best)
    return merges
