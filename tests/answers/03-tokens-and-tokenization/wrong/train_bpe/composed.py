# caught by: as-it-is
"""Normalises the text first."""

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
    import unicodedata

    ids, merges = list(unicodedata.normalize("NFC", text).encode()), []
    while len(merges) < n_merges:
        counts = Counter(pairwise(ids))
        best = max(counts, key=counts.get, default=None)
        if best is None or counts[best] < 2:
            break
        ids = replaced(ids, best, 256 + len(merges))
        merges.append(best)
    return merges
