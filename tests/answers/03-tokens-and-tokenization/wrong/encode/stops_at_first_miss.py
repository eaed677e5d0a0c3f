# caught by: every-merge
"""Leaves at the first merge that the text does not have."""

import itertools


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
    for number, pair in enumerate(merges):
        if tuple(pair) not in set(itertools.pairwise(ids)):
            break
        ids = replaced(ids, tuple(pair), 256 + number)
    return ids
