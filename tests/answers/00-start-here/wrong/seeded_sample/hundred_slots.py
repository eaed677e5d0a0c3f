# caught by: few-and-many
"""A wheel with 100 slots: rare tokens get none, and nothing is finer than one percent."""


def seeded_sample(probabilities, n, seed):
    wheel = [token for token, p in enumerate(probabilities) for _ in range(round(p * 100))]
    dice = random.Random(seed)
    return [dice.choice(wheel) for _ in range(n)]
