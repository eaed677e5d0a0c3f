# caught by: every-neighbour
"""Keeps its counts in a default value, from one call to the next."""


def count_pairs(ids, counts={}):
    for p in zip(ids, ids[1:]):
        counts[p] = counts.get(p, 0) + 1
    return counts
