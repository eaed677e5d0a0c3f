# caught by: frequencies
"""Draws every token with the same chance."""


def seeded_sample(probabilities, n, seed):
    return random.Random(seed).choices(range(len(probabilities)), k=n)
