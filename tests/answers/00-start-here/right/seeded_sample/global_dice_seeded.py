"""Seeds the global dice in every call: repeatable too, though it disturbs others."""


def seeded_sample(probabilities, n, seed):
    random.seed(seed)
    return random.choices(range(len(probabilities)), weights=probabilities, k=n)
