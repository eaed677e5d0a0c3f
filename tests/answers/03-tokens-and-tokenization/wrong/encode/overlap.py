# caught by: runs
"""Uses the middle of aaa twice."""

import itertools


def encode(text, merges):
    ids = list(text.encode())
    for number, pair in enumerate(merges):
        hits = [two == tuple(pair) for two in itertools.pairwise(ids)] + [False]
        ids = [
            256 + number if hits[i] else value
            for i, value in enumerate(ids)
            if hits[i] or not (i > 0 and hits[i - 1])
        ]
    return ids
