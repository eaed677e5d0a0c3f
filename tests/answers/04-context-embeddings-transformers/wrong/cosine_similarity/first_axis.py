# caught by: last-axis
"""Adds up along the first axis."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = (a * b).sum(dim=0)
    return dot / (a.norm(dim=0) * b.norm(dim=0)).clamp(min=1e-12)
