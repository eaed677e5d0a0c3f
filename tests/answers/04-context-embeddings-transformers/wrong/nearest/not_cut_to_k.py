# caught by: excluded
"""Asks topk for k and as many as are excluded, and returns all that are not excluded."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError("k must be at least 1")
    scores = torch.nn.functional.cosine_similarity(query, table, dim=-1)
    best = scores.topk(min(k + len(exclude), len(table))).indices.tolist()
    return [row for row in best if row not in exclude]
