# caught by: every-merge
"""Returns an array, where a list is asked for."""

import numpy as np


def encode(text, merges):
    ids = list(text.encode())
    for number, (left, right) in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if ids[i] == left and ids[i + 1] == right:
                ids[i : i + 2] = [256 + number]
            i += 1
    return np.array(ids, dtype=np.int64)
