"""Recursion over the axes in front; sums in plain Python."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("d")
    a, b = torch.broadcast_tensors(a, b)
    if a.dim() > 1:
        return torch.stack([cosine_similarity(x, y) for x, y in zip(a, b)])
    n = math.sqrt(sum(float(x) ** 2 for x in a)) * math.sqrt(sum(float(x) ** 2 for x in b))
    return torch.tensor(sum(float(x) * float(y) for x, y in zip(a, b)) / n if n else 0.0)
