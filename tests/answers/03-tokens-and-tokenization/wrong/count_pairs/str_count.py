# caught by: equal-neighbours
"""Counts the pair as text in a printed list."""

import itertools


def count_pairs(ids):
    text = " ".join(map(str, ids))
    out = {}
    for a, b in itertools.pairwise(ids):
        out[(a, b)] = text.count(f"{a} {b}")
    return out
