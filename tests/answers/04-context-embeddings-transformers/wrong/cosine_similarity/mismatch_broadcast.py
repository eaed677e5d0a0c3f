# caught by: mismatch
"""Lets one entry broadcast against four."""


def cosine_similarity(a, b):
    dot = (a * b).sum(dim=-1)
    return dot / (a.norm(dim=-1) * b.norm(dim=-1)).clamp(min=1e-12)
