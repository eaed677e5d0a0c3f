"""Minus infinity for excluded rows, then topk."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError("k must be at least 1")
    scores = torch.nan_to_num((table @ query) / table.norm(dim=-1))
    excluded = set(exclude)
    scores[list(excluded)] = -torch.inf
    n = min(k, len(table) - len(excluded))
    return [int(row) for row in scores.topk(n).indices]
