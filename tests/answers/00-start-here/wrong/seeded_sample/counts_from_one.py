# caught by: frequencies
"""Token ids that count from 1."""


def seeded_sample(probabilities, n, seed):
    return random.Random(seed).choices(range(1, len(probabilities) + 1), weights=probabilities, k=n)
