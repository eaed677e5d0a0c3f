"""Exact fractions until the end."""


def shares(counts):
    from fractions import Fraction

    if not any(counts) or any(count < 0 for count in counts):
        raise ValueError("no shares")
    return [float(Fraction(count, sum(counts))) for count in counts]
