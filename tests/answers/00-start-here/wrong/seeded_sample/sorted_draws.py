# caught by: frequencies
"""Sorts the draws, so that they are no longer in the order in which they came."""


def seeded_sample(probabilities, n, seed):
    return sorted(random.Random(seed).choices(range(len(probabilities)), weights=probabilities, k=n))
