# caught by: any-row
"""A row of zeros has no number, and topk takes that for the largest."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError("k must be at least 1")
    scores = table @ query / (table.norm(dim=1) * query.norm())
    for row in exclude:
        scores[row] = -torch.inf
    n = min(k, len(table) - len({*exclude}))
    return scores.topk(n).indices.tolist()
