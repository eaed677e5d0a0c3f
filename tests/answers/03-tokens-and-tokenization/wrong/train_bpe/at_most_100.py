# caught by: stops
"""Learns 100 merges at most."""

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
    for n in range(min(n_merges, 100)):
        counts = Counter(pairwise(ids))
        if not counts:
            break
        best = max(counts, key=counts.get)
        if counts[best] < 2:
            break
        ids = rep(ids, best, 256 + n)
        merges.append(best)
    return merges
