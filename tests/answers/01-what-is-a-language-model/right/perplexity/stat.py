"""The geometric mean of the standard library."""

import statistics


def perplexity(probs):
    ps = list(map(float, probs))
    if not ps or not all(0 <= p <= 1 for p in ps):
        raise ValueError("bad")
    return math.inf if min(ps) == 0 else 1 / statistics.geometric_mean(ps)
