# caught by: every-neighbour
"""Writes the right id first."""

import itertools


def count_pairs(ids):
    counts = {}
    for left, right in itertools.pairwise(ids):
        counts[right, left] = counts.get((right, left), 0) + 1
    return counts
