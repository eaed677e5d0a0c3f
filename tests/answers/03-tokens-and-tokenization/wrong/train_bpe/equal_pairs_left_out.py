# caught by: most-frequent
"""Does not count pairs of two equal ids."""

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
    while len(merges) < n_merges:
        counts = Counter(pair for pair in pairwise(ids) if pair[0] != pair[1])
        best = max(counts, key=counts.get, default=None)
        if best is None or counts[best] < 2:
            break
        ids = replaced(ids, best, 256 + len(merges))
        merges.append(best)
    return merges
