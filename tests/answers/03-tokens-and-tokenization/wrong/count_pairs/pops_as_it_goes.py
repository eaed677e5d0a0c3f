# caught by: every-neighbour
"""Takes ids away from the caller's list."""


def count_pairs(ids):
    counts = {}
    while len(ids) > 1:
        left = ids.pop(0)
        counts[left, ids[0]] = counts.get((left, ids[0]), 0) + 1
    return counts
