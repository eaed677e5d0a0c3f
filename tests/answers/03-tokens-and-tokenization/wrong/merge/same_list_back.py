# caught by: new-list
"""Saves work and gives the caller's own list back if the pair is not there."""

from itertools import pairwise


def merge(ids, pair, new_id):
    if tuple(pair) not in set(pairwise(ids)):
        return ids
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(new_id)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
