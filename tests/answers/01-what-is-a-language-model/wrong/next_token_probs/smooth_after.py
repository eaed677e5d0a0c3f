# caught by: formula
"""Normalises first and adds k to the shares, then normalises again."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    bare = counts.double()
    total = bare.sum(dim=-1, keepdim=True)
    shares = torch.where(total > 0, bare / total, torch.full_like(bare, 1 / counts.shape[-1]))
    return (shares + k) / (1 + k * counts.shape[-1])
