# caught by: list-or-tensor
"""`not probs` is an error for a tensor of several numbers."""


def perplexity(probs):
    if not probs or min(probs) < 0 or max(probs) > 1:
        raise ValueError("probabilities from 0 to 1, at least one")
    if min(probs) == 0:
        return math.inf
    return math.exp(-sum(math.log(p) for p in probs) / len(probs))
