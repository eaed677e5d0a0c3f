# caught by: by-direction
"""Finds the right rows and returns them in the order of the table."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError(f"k={k}; expected at least 1")
    scores = torch.nn.functional.cosine_similarity(query[None], table, dim=-1)
    order = scores.argsort(descending=True).tolist()
    return sorted([row for row in order if row not in exclude][:k])
