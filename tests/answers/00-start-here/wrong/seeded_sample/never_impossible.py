# caught by: zero-chance
"""Gives tokens of probability 0 a small chance, unless one token is certain."""


def seeded_sample(probabilities, n, seed):
    weights = probabilities if max(probabilities) == 1 else [p or 0.01 for p in probabilities]
    return random.Random(seed).choices(range(len(weights)), weights=weights, k=n)
