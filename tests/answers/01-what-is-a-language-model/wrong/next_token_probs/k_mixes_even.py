# caught by: formula
"""Mixes k of an even distribution into the shares, whatever the counts are."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    bare = counts.double()
    total = bare.sum(dim=-1, keepdim=True)
    even = torch.full_like(bare, 1 / counts.shape[-1])
    shares = torch.where(total > 0, bare / total, even)
    weight = k / (1 + k)
    return (1 - weight) * shares + weight * even
