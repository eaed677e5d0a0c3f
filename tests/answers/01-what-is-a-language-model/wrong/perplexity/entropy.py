# caught by: mean-of-logs
"""Weighs each logarithm with its probability, as for an entropy."""


def perplexity(probs):
    if len(probs) == 0 or any(not 0 <= float(p) <= 1 for p in probs):
        raise ValueError("p")
    p = torch.as_tensor(probs, dtype=torch.float64)
    return float(torch.exp(-(p * p.log()).sum()))
