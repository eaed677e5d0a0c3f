# caught by: zeros-one-and-many
"""Leaves out what never happened, and with it its place."""


def shares(counts):
    if not any(counts) or min(counts) < 0:
        raise ValueError
    return [count / sum(counts) for count in counts if count]
