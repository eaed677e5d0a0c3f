# caught by: any-id
"""Takes the id 0 for no id."""

from itertools import pairwise


def count_pairs(ids):
    counts = {}
    for a, b in pairwise(ids):
        if a and b:
            counts[a, b] = counts.get((a, b), 0) + 1
    return counts
