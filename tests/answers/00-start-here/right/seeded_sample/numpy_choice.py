"""NumPy's generator."""


def seeded_sample(probabilities, n, seed):
    p = np.asarray(probabilities, dtype=float)
    return np.random.default_rng(seed).choice(len(p), size=n, p=p / p.sum()).tolist()
