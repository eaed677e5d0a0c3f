# caught by: cosine
"""Divides by the number of entries, as a mean would."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = (a * b).sum(dim=-1)
    return dot / a.shape[-1]
