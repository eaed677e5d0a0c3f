# caught by: runs
"""Looks for pairs from right to left."""


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
    for n, p in enumerate(merges):
        ids = rep(ids[::-1], tuple(p)[::-1], 256 + n)[::-1]
    return ids
