# caught by: mean-of-logs
"""Log base mixed: 2 to the power of the nats."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0 or (p < 0).any() or (p > 1).any():
        raise ValueError("probabilities from 0 to 1, at least one")
    return float(2 ** -p.log().mean())
