# caught by: few-rows
"""topk raises when fewer than k rows are left."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError(f"k={k}; expected at least 1")
    scores = torch.nn.functional.cosine_similarity(query[None], table, dim=-1)
    scores[list(exclude)] = -torch.inf
    return scores.topk(k).indices.tolist()
