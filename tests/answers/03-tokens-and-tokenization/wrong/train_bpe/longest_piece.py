# caught by: most-frequent
"""Prefers the pair that makes the longest piece."""

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
    ids, merges, size = list(text.encode()), [], dict.fromkeys(range(256), 1)
    while len(merges) < n_merges:
        counts = {pair: n for pair, n in Counter(pairwise(ids)).items() if n >= 2}
        if not counts:
            break
        best = max(counts, key=lambda pair: (size[pair[0]] + size[pair[1]], counts[pair]))
        size[256 + len(merges)] = size[best[0]] + size[best[1]]
        ids = replaced(ids, best, 256 + len(merges))
        merges.append(best)
    return merges
