# caught by: formula
"""Plain shares: k is not used at all."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    bare = counts.double()
    total = bare.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, bare / total, torch.full_like(bare, 1 / counts.shape[-1]))
