# caught by: seed-0
"""`if seed:` takes seed 0 for no seed at all."""


def seeded_sample(probabilities, n, seed):
    dice = random.Random(seed) if seed else random.Random()
    return dice.choices(range(len(probabilities)), weights=probabilities, k=n)
