# caught by: long-text
"""The root of the product: after some hundred tokens the product is 0."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0 or (p < 0).any() or (p > 1).any():
        raise ValueError("probabilities from 0 to 1, at least one")
    product = 1.0
    for x in p.tolist():
        product *= x
    return product ** (-1 / len(p)) if product > 0 else math.inf
