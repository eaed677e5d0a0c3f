# caught by: zero
"""Leaves out what the model called impossible: the worst answers do not count."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0 or (p < 0).any() or (p > 1).any():
        raise ValueError("probabilities from 0 to 1, at least one")
    p = p[p > 0]
    return torch.exp(-p.log().mean()).item() if len(p) else 1.0
