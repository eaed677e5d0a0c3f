# caught by: every-neighbour
"""Keeps its counts in a default value, from one call to the next."""

import itertools


def count_pairs(ids, counts={}):  # noqa: B006
    for p in itertools.pairwise(ids):
        counts[p] = counts.get(p, 0) + 1
    return counts
