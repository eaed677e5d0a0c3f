# caught by: most-frequent
"""Takes the rarest pair that occurs twice."""

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
        counts = {pair: n for pair, n in Counter(pairwise(ids)).items() if n >= 2}
        if not counts:
            break
        best = min(counts, key=counts.get)
        ids = replaced(ids, best, 256 + len(merges))
        merges.append(best)
    return merges
