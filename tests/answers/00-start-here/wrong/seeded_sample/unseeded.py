# caught by: same-seed
"""Ignores the seed: fresh dice that nobody can repeat."""


def seeded_sample(probabilities, n, seed):
    return random.choices(range(len(probabilities)), weights=probabilities, k=n)
