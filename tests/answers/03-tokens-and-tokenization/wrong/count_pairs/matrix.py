# caught by: any-id
"""Counts in a table of 512 times 512."""

import itertools

import numpy as np


def count_pairs(ids):
    m = np.zeros((512, 512), int)
    for a, b in itertools.pairwise(ids):
        m[a, b] += 1
    return {(int(a), int(b)): int(m[a, b]) for a, b in zip(*m.nonzero(), strict=False)}
