# caught by: formula
"""Takes the tokens that came for V."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k")
    r = counts.double() + k
    V = (counts > 0).sum(-1, keepdim=True)
    t = counts.double().sum(-1, keepdim=True) + k * V
    return torch.where(t > 0, r / t, torch.full_like(r, 1 / r.shape[-1]))
