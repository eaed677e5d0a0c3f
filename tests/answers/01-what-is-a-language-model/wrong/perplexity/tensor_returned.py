# caught by: a-plain-number
"""Returns a tensor, which a table or a packet cannot store."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0 or (p < 0).any() or (p > 1).any():
        raise ValueError("probabilities from 0 to 1, at least one")
    return torch.exp(-p.log().mean())
