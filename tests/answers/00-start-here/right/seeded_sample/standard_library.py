"""Python's own dice."""


def seeded_sample(probabilities, n, seed):
    dice = random.Random(seed)
    return dice.choices(list(range(len(probabilities))), weights=probabilities, k=n)
