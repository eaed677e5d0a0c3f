# caught by: mean-of-logs
"""The minus is missing: sure models get large numbers and unsure ones small."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0 or (p < 0).any() or (p > 1).any():
        raise ValueError("probabilities from 0 to 1, at least one")
    return torch.exp(p.log().mean()).item() if p.min() > 0 else math.inf
