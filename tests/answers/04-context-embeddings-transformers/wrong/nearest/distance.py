# caught by: by-direction
"""Ranks by the distance of the points: short rows win."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError(f"k={k}; expected at least 1")
    scores = -(table - query).norm(dim=-1)
    order = scores.argsort(descending=True).tolist()
    return [row for row in order if row not in exclude][:k]
