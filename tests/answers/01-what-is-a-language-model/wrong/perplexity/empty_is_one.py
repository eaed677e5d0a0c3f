# caught by: bad-input
"""No token, no surprise: returns 1 in place of an error, and takes any number."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0:
        return 1.0
    return torch.exp(-p.log().mean()).item()
