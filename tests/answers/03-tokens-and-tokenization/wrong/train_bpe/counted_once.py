# caught by: most-frequent
"""Counts at the start only and takes the n most frequent pairs of bytes."""

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
    counts = Counter(pairwise(text.encode()))
    return [pair for pair, n in counts.most_common(n_merges) if n >= 2]
