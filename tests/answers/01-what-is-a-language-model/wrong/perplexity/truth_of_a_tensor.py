# caught by: list-or-tensor
"""Asks whether a tensor is true."""


def perplexity(probs):
    if not probs or min(probs) < 0 or max(probs) > 1:
        raise ValueError
    if 0 in probs:
        return math.inf
    return math.exp(-sum(map(math.log, probs)) / len(probs))
