"""Sums of products, and a division that leaves zeros alone."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = torch.einsum("...d,...d->...", a, b)
    length = torch.sqrt((a**2).sum(-1)) * torch.sqrt((b**2).sum(-1))
    return torch.where(length == 0, torch.zeros_like(dot), dot / length)
