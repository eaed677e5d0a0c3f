# caught by: same-seed
"""Makes the dice once, so that a call goes on where the last one stopped."""

DICE = {}


def seeded_sample(probabilities, n, seed):
    dice = DICE.setdefault(seed, random.Random(seed))
    return dice.choices(range(len(probabilities)), weights=probabilities, k=n)
