# caught by: mean-of-logs
"""Returns the mean surprise in nats: the exp is missing."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0 or (p < 0).any() or (p > 1).any():
        raise ValueError("probabilities from 0 to 1, at least one")
    return -p.log().mean().item()
