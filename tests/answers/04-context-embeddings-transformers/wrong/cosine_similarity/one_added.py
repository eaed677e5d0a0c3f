# caught by: short-and-long
"""Adds 1e-8 to the denominator to be safe: wrong for short vectors."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = (a * b).sum(dim=-1)
    return dot / (a.norm(dim=-1) * b.norm(dim=-1) + 1e-8)
