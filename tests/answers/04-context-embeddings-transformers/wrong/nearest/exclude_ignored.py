# caught by: excluded
"""The word itself is its own nearest neighbour."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError(f"k={k}; expected at least 1")
    scores = torch.nn.functional.cosine_similarity(query[None], table, dim=-1)
    order = scores.argsort(descending=True).tolist()
    return order[:k]
