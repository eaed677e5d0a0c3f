# caught by: every-neighbour
"""Cuts the list into pairs, as if a pair used its ids up."""


def count_pairs(ids):
    counts = {}
    for i in range(0, len(ids) - 1, 2):
        pair = (ids[i], ids[i + 1])
        counts[pair] = counts.get(pair, 0) + 1
    return counts
