# caught by: by-direction
"""Returns the tensor of row numbers."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError("k must be at least 1")
    scores = torch.nn.functional.cosine_similarity(query, table, dim=-1)
    order = scores.argsort(descending=True)
    return torch.tensor([row for row in order if row not in exclude][:k])
