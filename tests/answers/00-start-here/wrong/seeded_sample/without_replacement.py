# caught by: frequencies
"""Draws without putting back, so that no token comes twice."""


def seeded_sample(probabilities, n, seed):
    p = np.asarray(probabilities) / sum(probabilities)
    return np.random.default_rng(seed).choice(len(p), size=min(n, int((p > 0).sum())), replace=False, p=p)
