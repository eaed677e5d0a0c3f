# caught by: every-merge
"""Counts only the merges that occur."""

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
    new = 256
    for p in merges:
        if tuple(p) in set(pairwise(ids)):
            ids = rep(ids, p, new)
            new += 1
    return ids
