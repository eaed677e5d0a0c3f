# caught by: zero-vector
"""0/0 for a vector of zeros is nan."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = (a * b).sum(dim=-1)
    return dot / (a.norm(dim=-1) * b.norm(dim=-1))
