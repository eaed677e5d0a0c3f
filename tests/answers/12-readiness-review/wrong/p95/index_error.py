# caught by: no-times
"""Lets Python complain: an IndexError, no ValueError."""


def p95(seconds):
    ordered = sorted(seconds)
    place = 0.95 * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))
