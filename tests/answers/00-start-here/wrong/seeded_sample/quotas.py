# caught by: frequencies
"""Shares out fixed numbers of each token in place of drawing, in a shuffled order."""


def seeded_sample(probabilities, n, seed):
    ids = [token for token, p in enumerate(probabilities) for _ in range(round(p * n))]
    random.Random(seed).shuffle(ids)
    return (ids + ids)[:n]
