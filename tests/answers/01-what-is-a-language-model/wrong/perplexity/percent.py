# caught by: bad-input
"""Takes 50 for 50 %: a number above 1 is no probability."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0:
        raise ValueError("no probability")
    p = torch.where(p > 1, p / 100, p)
    if (p < 0).any():
        raise ValueError("below 0")
    return torch.exp(-p.log().mean()).item()
