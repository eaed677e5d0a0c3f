# caught by: mean-of-logs
"""Counts equal probabilities once."""


def perplexity(probs):
    if len(probs) == 0 or any(not 0 <= float(p) <= 1 for p in probs):
        raise ValueError("p")
    p = torch.tensor(sorted({float(x) for x in probs}), dtype=torch.float64)
    return torch.exp(-p.log().mean()).item()
