"""Plain loops; of equally frequent pairs the one that was met first."""

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
    ids, merges = list(text.encode("utf-8")), []
    for number in range(n_merges):
        counts = {}
        for pair in pairwise(ids):
            counts[pair] = counts.get(pair, 0) + 1
        best = max(counts, key=counts.get, default=None)
        if best is None or counts[best] < 2:
            break
        merges.append(best)
        ids = replaced(ids, best, 256 + number)
    return merges
