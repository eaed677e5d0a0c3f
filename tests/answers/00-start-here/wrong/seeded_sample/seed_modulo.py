# caught by: other-seed
"""Has only a thousand different seeds."""


def seeded_sample(probabilities, n, seed):
    return random.Random(seed % 1000).choices(range(len(probabilities)), weights=probabilities, k=n)
