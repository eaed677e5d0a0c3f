"""Plain Python with math.log, 0 by a rule."""


def perplexity(probs):
    values = [float(p) for p in probs]
    if not values or any(not 0 <= p <= 1 for p in values):
        raise ValueError("probabilities from 0 to 1, at least one")
    if 0.0 in values:
        return math.inf
    return math.exp(sum(-math.log(p) for p in values) / len(values))
