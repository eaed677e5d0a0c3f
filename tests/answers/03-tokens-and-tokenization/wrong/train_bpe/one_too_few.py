# caught by: most-frequent
"""Counts the merges from 1 and stops one early."""

from collections import Counter
from itertools import pairwise


def replaced(ids, pair, new):
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == pair:
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out


def train_bpe(text, n_merges):
    ids, merges = list(text.encode()), []
    for number in range(1, n_merges):
        counts = Counter(pairwise(ids))
        best = max(counts, key=counts.get, default=None)
        if best is None or counts[best] < 2:
            break
        ids = replaced(ids, best, 255 + number)
        merges.append(best)
    return merges
