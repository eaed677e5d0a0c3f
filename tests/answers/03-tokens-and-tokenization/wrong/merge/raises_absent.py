# caught by: nothing-to-replace
"""Raises an error where the pair does not occur."""

import itertools


def merge(ids, pair, new_id):
    if not any((a, b) == tuple(pair) for a, b in itertools.pairwise(ids)):
        raise ValueError("pair does not occur")
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(new_id)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
