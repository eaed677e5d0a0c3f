# caught by: cosine
"""Returns the angle as a share of a half turn in place of its cosine."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = (a * b).sum(dim=-1)
    cosine = dot / (a.norm(dim=-1) * b.norm(dim=-1)).clamp(min=1e-12)
    return 1 - 2 * cosine.clamp(-1, 1).arccos() / math.pi
