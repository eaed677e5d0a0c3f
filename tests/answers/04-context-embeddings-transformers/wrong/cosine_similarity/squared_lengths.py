# caught by: cosine
"""Divides by the squared lengths: the root is missing."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = (a * b).sum(dim=-1)
    return dot / ((a**2).sum(-1) * (b**2).sum(-1)).clamp(min=1e-12)
