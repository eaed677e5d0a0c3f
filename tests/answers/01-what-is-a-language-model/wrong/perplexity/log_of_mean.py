# caught by: mean-of-logs
"""The logarithm of the mean probability."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0 or (p < 0).any() or (p > 1).any():
        raise ValueError("probabilities from 0 to 1, at least one")
    return 1 / p.mean().item() if p.min() > 0 else math.inf
