# caught by: cosine
"""The unnormalised dot product: long vectors are near everything."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    return (a * b).sum(dim=-1)
