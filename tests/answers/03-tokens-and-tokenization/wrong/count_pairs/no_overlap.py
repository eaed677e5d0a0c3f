# caught by: equal-neighbours
"""Counts what could be merged: a run of three equal ids as one pair."""


def count_pairs(ids):
    counts, i = {}, 0
    while i < len(ids) - 1:
        pair = (ids[i], ids[i + 1])
        counts[pair] = counts.get(pair, 0) + 1
        i += 2 if ids[i] == ids[i + 1] and i + 2 < len(ids) and ids[i + 2] == ids[i] else 1
    return counts
