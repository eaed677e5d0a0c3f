# caught by: by-direction
"""Squares the similarity: the sign is lost."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError(f"k={k}; expected at least 1")
    scores = torch.nn.functional.cosine_similarity(query[None], table, dim=-1) ** 2
    order = scores.argsort(descending=True).tolist()
    return [row for row in order if row not in exclude][:k]
