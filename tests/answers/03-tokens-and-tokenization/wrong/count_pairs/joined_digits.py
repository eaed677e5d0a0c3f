# caught by: any-id
"""Makes one number of the two ids, which other pairs make, too."""

from itertools import pairwise


def count_pairs(ids):
    counts = {}
    for a, b in pairwise(ids):
        counts[a * 1000 + b] = counts.get(a * 1000 + b, 0) + 1
    return {divmod(key, 1000): n for key, n in counts.items()}
