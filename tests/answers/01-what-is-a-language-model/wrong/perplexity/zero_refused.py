# caught by: zero
"""math.log(0) is an error: it raises in place of infinity."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0 or (p < 0).any() or (p > 1).any():
        raise ValueError("probabilities from 0 to 1, at least one")
    return math.exp(-sum(math.log(x) for x in p.tolist()) / len(p))
