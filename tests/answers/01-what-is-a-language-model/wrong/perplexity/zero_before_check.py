# caught by: bad-input
"""Looks for a 0 before it looks for numbers outside 0 to 1."""


def perplexity(probs):
    p = [float(x) for x in probs]
    if 0 in p:
        return math.inf
    if not p or min(p) < 0 or max(p) > 1:
        raise ValueError
    return math.exp(-sum(map(math.log, p)) / len(p))
