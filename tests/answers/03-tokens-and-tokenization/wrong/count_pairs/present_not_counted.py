# caught by: every-neighbour
"""Notes that a pair is there, not how often."""

import itertools


def count_pairs(ids):
    return dict.fromkeys(itertools.pairwise(ids), 1)
