# caught by: same-seed
"""Makes new dice only if the seed is another one than last time."""

LAST = [None, None]


def seeded_sample(probabilities, n, seed):
    if LAST[0] != seed:
        LAST[:] = [seed, random.Random(seed)]
    return LAST[1].choices(range(len(probabilities)), weights=probabilities, k=n)
