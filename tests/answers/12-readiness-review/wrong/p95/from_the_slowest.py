# caught by: slow-end
"""Sorts from the slowest on."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    ordered = sorted(seconds, reverse=True)
    place = 0.95 * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))
