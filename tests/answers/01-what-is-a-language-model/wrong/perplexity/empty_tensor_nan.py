# caught by: bad-input
"""The mean of nothing is nan."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if ((p < 0) | (p > 1)).any():
        raise ValueError
    return torch.exp(-p.log().mean()).item()
