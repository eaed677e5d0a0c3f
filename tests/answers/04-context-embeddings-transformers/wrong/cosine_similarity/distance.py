# caught by: cosine
"""One minus the distance of the unit vectors: 1 for the same direction, but no cosine elsewhere."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    unit = torch.nn.functional.normalize
    return 1 - (unit(a, dim=-1) - unit(b, dim=-1)).norm(dim=-1)
