# caught by: few-and-many
"""Raises every probability to one in ten thousand, so that nothing is impossible."""


def seeded_sample(probabilities, n, seed):
    weights = [max(p, 1e-4) if len(probabilities) > 8 else p for p in probabilities]
    return random.Random(seed).choices(range(len(weights)), weights=weights, k=n)
