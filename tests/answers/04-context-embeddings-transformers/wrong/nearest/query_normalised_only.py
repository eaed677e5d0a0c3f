# caught by: by-direction
"""Divides by the query's length only, which changes no ranking."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError(f"k={k}; expected at least 1")
    scores = table @ query / query.norm()
    order = scores.argsort(descending=True).tolist()
    return [row for row in order if row not in exclude][:k]
