# caught by: same-seed
"""Mixes the clock into the seed "for more randomness"."""

import time


def seeded_sample(probabilities, n, seed):
    dice = random.Random(seed + time.perf_counter())
    return dice.choices(range(len(probabilities)), weights=probabilities, k=n)
