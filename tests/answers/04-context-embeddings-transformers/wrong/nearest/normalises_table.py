# caught by: inputs-untouched
"""Gives the caller's table rows of length 1."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError("k must be at least 1")
    table /= table.norm(dim=1, keepdim=True).clamp(min=1e-9)
    order = (table @ query).argsort(descending=True).tolist()
    return [row for row in order if row not in exclude][:k]
