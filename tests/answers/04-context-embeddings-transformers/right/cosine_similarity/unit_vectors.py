"""Normalises both first, then the dot product; einsum does the sum."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError(f"{a.shape[-1]} and {b.shape[-1]} entries")
    unit_a = torch.nn.functional.normalize(a, dim=-1)
    unit_b = torch.nn.functional.normalize(b, dim=-1)
    return torch.einsum("...d,...d->...", unit_a, unit_b)
