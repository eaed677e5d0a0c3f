# caught by: one-or-thousands
"""Refuses a single time."""


def p95(seconds):
    if len(seconds) < 2:
        raise ValueError("too few")
    ordered = sorted(seconds)
    place = 0.95 * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))
