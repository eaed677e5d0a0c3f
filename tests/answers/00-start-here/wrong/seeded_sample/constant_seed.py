# caught by: other-seed
"""Seeds with 0 whatever seed is given."""


def seeded_sample(probabilities, n, seed):
    return random.Random(0).choices(range(len(probabilities)), weights=probabilities, k=n)
