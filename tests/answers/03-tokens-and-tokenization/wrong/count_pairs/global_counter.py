# caught by: every-neighbour
"""Counts on in a global Counter."""

from collections import Counter

C = Counter()


def count_pairs(ids):
    C.update(zip(ids, ids[1:]))
    return dict(C)
