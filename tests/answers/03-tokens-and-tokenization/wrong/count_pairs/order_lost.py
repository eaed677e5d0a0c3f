# caught by: every-neighbour
"""Sorts each pair, so that (2, 1) counts as (1, 2)."""

import itertools


def count_pairs(ids):
    counts = {}
    for left, right in itertools.pairwise(ids):
        pair = (min(left, right), max(left, right))
        counts[pair] = counts.get(pair, 0) + 1
    return counts
