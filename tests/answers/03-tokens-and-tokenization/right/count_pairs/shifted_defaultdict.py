"""Each id with the one at the same place of the shifted list, in a defaultdict."""

from collections import defaultdict


def count_pairs(ids):
    counts = defaultdict(int)
    for i, right in enumerate(ids[1:]):
        counts[ids[i], right] += 1
    return dict(counts)
