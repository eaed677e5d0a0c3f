"""Ids as characters of a string; merging is replacing."""

import itertools
from collections import Counter


def train_bpe(text, n_merges):
    now, merges = text.encode().decode("latin-1"), []
    while len(merges) < n_merges:
        counts = Counter(a + b for a, b in itertools.pairwise(now))
        best, times = (counts.most_common(1) or [("", 0)])[0]
        if times < 2:
            break
        now = now.replace(best, chr(256 + len(merges)))
        merges.append((ord(best[0]), ord(best[1])))
    return merges
