# caught by: cosine
"""Takes the absolute value: opposites look the same."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = (a * b).sum(dim=-1).abs()
    return dot / (a.norm(dim=-1) * b.norm(dim=-1)).clamp(min=1e-12)
