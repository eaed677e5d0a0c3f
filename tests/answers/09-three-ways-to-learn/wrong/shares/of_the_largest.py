# caught by: of-the-sum
"""Divides by the largest count, as for a chart."""


def shares(counts):
    if not any(counts) or min(counts) < 0:
        raise ValueError
    return [count / max(counts) for count in counts]
