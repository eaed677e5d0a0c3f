# caught by: inputs-untouched
"""Normalises the given tensors themselves with /=."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    a /= a.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    b /= b.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    return (a * b).sum(dim=-1)
