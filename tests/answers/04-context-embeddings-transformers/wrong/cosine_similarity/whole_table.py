# caught by: last-axis
"""Adds up everything: one number for a whole table."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = (a * b).sum()
    return dot / (a.norm() * b.norm()).clamp(min=1e-12)
