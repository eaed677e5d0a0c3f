# caught by: runs
"""Uses the middle of aaa twice when it replaces."""

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
        best = max(counts, key=counts.get, default=None)
        if best is None or counts[best] < 2:
            break
        hits = [pair == best for pair in pairwise(ids)] + [False]
        new = 256 + len(merges)
        ids = [
            new if hits[i] else value for i, value in enumerate(ids) if hits[i] or not (i > 0 and hits[i - 1])
        ]
        merges.append(best)
    return merges
