# caught by: equal-neighbours
"""Counts the pair as text in a printed list."""


def count_pairs(ids):
    text = " ".join(map(str, ids))
    out = {}
    for a, b in zip(ids, ids[1:]):
        out[(a, b)] = text.count(f"{a} {b}")
    return out
