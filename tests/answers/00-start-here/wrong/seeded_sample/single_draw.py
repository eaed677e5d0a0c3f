# caught by: frequencies
"""Forgets n and draws once."""


def seeded_sample(probabilities, n, seed):
    return random.Random(seed).choices(range(len(probabilities)), weights=probabilities)
