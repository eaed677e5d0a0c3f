# caught by: formula
"""Returns the raised counts as if they were probabilities."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    return counts.double() + k
