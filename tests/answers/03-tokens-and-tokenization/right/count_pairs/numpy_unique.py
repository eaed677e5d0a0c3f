"""The distinct rows of a two-column table; made plain at the end."""

import numpy as np


def count_pairs(ids):
    if len(ids) < 2:
        return {}
    table = np.stack([np.array(ids[:-1]), np.array(ids[1:])], axis=1)
    rows, times = np.unique(table, axis=0, return_counts=True)
    return {(int(row[0]), int(row[1])): int(n) for row, n in zip(rows, times, strict=False)}
