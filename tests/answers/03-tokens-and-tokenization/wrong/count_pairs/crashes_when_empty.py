# caught by: short
"""Takes the first id before looking whether there is one."""


def count_pairs(ids):
    counts, left = {}, ids[0]
    for right in ids[1:]:
        counts[left, right] = counts.get((left, right), 0) + 1
        left = right
    return counts
