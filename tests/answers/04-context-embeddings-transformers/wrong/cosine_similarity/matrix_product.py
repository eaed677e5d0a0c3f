# caught by: last-axis
"""Every row against every row, as a search would do."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    unit_a = torch.nn.functional.normalize(a, dim=-1)
    unit_b = torch.nn.functional.normalize(b, dim=-1)
    return unit_a @ unit_b.transpose(-1, -2) if b.dim() > 1 else unit_a @ unit_b
