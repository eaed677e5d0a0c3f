# caught by: order-of-learning
"""Merges the first pair in the text that is known, until none is left."""

from itertools import pairwise


def rep(ids, pair, new):
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out


def encode(text, merges):
    ids = list(text.encode())
    d = {tuple(p): 256 + n for n, p in enumerate(merges)}
    changed = True
    while changed:
        changed = False
        for p in pairwise(ids):
            if p in d:
                ids = rep(ids, p, d[p])
                changed = True
                break
    return ids
