"""Computes in float32 and puts 0 where a length is 0."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    a, b = a.float(), b.float()
    lengths = (a**2).sum(-1).sqrt() * (b**2).sum(-1).sqrt()
    dot = (a * b).sum(-1)
    return torch.where(lengths > 0, dot / lengths, torch.zeros_like(dot))
