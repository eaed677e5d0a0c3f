# caught by: mean-of-logs
"""The median surprise: the hard half of the text does not count."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0 or (p < 0).any() or (p > 1).any():
        raise ValueError("probabilities from 0 to 1, at least one")
    return math.inf if p.min() == 0 else torch.exp(-p.log().median()).item()
