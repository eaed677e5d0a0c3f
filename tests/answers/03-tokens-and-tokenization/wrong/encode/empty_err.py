# caught by: bytes-as-they-are
"""Refuses an empty list of merges."""


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
    if not text or not merges:
        raise ValueError
    ids = list(text.encode())
    for n, p in enumerate(merges):
        ids = rep(ids, p, 256 + n)
    return ids
