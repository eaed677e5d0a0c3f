# caught by: every-neighbour
"""Counts are NumPy numbers: not the plain ints that the text asks for."""

import numpy as np


def count_pairs(ids):
    if len(ids) < 2:
        return {}
    table = np.stack([np.array(ids[:-1]), np.array(ids[1:])], axis=1)
    rows, times = np.unique(table, axis=0, return_counts=True)
    return {(row[0], row[1]): n for row, n in zip(rows, times, strict=False)}
