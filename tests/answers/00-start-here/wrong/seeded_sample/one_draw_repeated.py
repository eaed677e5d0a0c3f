# caught by: frequencies
"""Draws once and repeats the token n times."""


def seeded_sample(probabilities, n, seed):
    return random.Random(seed).choices(range(len(probabilities)), weights=probabilities) * n
