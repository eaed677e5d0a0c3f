# caught by: cosine
"""Clamps negative similarities to 0, as if it were a probability."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = (a * b).sum(dim=-1).clamp(min=0)
    return dot / (a.norm(dim=-1) * b.norm(dim=-1)).clamp(min=1e-12)
