# caught by: of-the-sum
"""Gives percentages."""


def shares(counts):
    if not any(counts) or min(counts) < 0:
        raise ValueError
    return [100 * count / sum(counts) for count in counts]
