# caught by: stops
"""Goes on until nothing is left to merge."""

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
    while len(merges) < n_merges and len(ids) > 1:
        counts = Counter(pairwise(ids))
        best = max(counts, key=counts.get)
        ids = replaced(ids, best, 256 + len(merges))
        merges.append(best)
    return merges
