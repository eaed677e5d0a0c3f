# caught by: frequencies
"""Adds a little to every probability "to be safe", so the impossible happens."""


def seeded_sample(probabilities, n, seed):
    weights = [p + 0.01 for p in probabilities]
    return random.Random(seed).choices(range(len(weights)), weights=weights, k=n)
