# caught by: same-seed
"""Keeps the draws of each (seed, n) to be repeatable, and forgets that they depend on the probabilities: another
table with the same seed and n gets the old draws. Violates "token i comes with probability probabilities[i]"."""

_drawn = {}


def seeded_sample(probabilities: list[float], n: int, seed: int) -> list[int]:
    key = (seed, n)
    if key not in _drawn:
        dice = random.Random(seed)
        _drawn[key] = dice.choices(range(len(probabilities)), weights=probabilities, k=n)
    return list(_drawn[key])
