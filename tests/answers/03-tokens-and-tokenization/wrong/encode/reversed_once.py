# caught by: every-merge
"""Replays the merges once, backwards."""


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


def encode(text, merges):
    ids = list(text.encode())
    for number in reversed(range(len(merges))):
        ids = replaced(ids, tuple(merges[number]), 256 + number)
    return ids
