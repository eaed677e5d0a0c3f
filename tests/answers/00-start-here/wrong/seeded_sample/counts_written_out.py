# caught by: frequencies
"""Draws how often each token comes, and writes them out in order."""


def seeded_sample(probabilities, n, seed):
    counts = np.random.default_rng(seed).multinomial(n, probabilities)
    return [i for i, c in enumerate(counts) for _ in range(c)]
