# caught by: zero-vector
"""As soon as one length is 0, everything becomes 0."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("different numbers of entries")
    dot = (a * b).sum(dim=-1)
    lengths = a.norm(dim=-1) * b.norm(dim=-1)
    if (lengths == 0).any():
        return torch.zeros_like(dot)
    return dot / lengths
