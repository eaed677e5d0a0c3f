# caught by: equal-neighbours
"""Thinks that a pair needs two different ids."""

import itertools


def count_pairs(ids):
    counts = {}
    for left, right in itertools.pairwise(ids):
        if left != right:
            counts[left, right] = counts.get((left, right), 0) + 1
    return counts
