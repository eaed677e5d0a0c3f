# caught by: every-neighbour
"""Counts on in a global Counter."""

import itertools
from collections import Counter

C = Counter()


def count_pairs(ids):
    C.update(itertools.pairwise(ids))
    return dict(C)
