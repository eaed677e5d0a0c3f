# caught by: last-axis
"""Refuses a vector against a table."""


def cosine_similarity(a, b):
    if a.shape != b.shape:
        raise ValueError
    return torch.nn.functional.cosine_similarity(a, b, dim=-1)
