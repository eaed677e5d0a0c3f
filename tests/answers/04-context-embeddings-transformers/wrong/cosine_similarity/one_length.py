# caught by: cosine
"""Divides by one of the two lengths only."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = (a * b).sum(dim=-1)
    return dot / a.norm(dim=-1).clamp(min=1e-12)
