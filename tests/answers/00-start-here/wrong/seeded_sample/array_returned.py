# caught by: a-list-of-ints
"""Gives back a NumPy array where a list of ints is asked for."""


def seeded_sample(probabilities, n, seed):
    p = np.asarray(probabilities, dtype=float)
    return np.random.default_rng(seed).choice(len(p), size=n, p=p / p.sum())
