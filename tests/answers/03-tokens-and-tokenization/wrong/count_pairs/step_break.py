# caught by: every-neighbour
"""Counts the last id with None."""


def count_pairs(ids):
    out = {}
    for i, a in enumerate(ids):
        try:
            b = ids[i + 1]
        except IndexError:
            b = None
        out[a, b] = out.get((a, b), 0) + 1
    return out
