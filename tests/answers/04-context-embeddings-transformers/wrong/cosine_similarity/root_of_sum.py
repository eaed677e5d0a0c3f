# caught by: short-and-long
"""Adds something tiny inside the root."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError
    return (a * b).sum(-1) / torch.sqrt((a**2).sum(-1) * (b**2).sum(-1) + 1e-12)
