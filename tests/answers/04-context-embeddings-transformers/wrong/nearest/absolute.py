# caught by: by-direction
"""Takes the absolute value: the opposite is the nearest."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError(f"k={k}; expected at least 1")
    scores = torch.nn.functional.cosine_similarity(query[None], table, dim=-1).abs()
    order = scores.argsort(descending=True).tolist()
    return [row for row in order if row not in exclude][:k]
