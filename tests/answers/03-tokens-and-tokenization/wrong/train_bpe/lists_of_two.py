# caught by: plain-types
"""Returns lists of two in place of tuples."""

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
        counts = Counter(pairwise(ids))
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        if counts[best] == 1:
            break
        ids = replaced(ids, best, 256 + len(merges))
        merges.append(list(best))
    return merges
