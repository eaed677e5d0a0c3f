"""Sorted pairs in groups."""

from itertools import groupby, pairwise


def count_pairs(ids):
    return {k: sum(1 for _ in g) for k, g in groupby(sorted(pairwise(ids)))}
