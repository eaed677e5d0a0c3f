# caught by: slow-end
"""Sorts the different times only."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    ordered = sorted({round(one, 1) for one in seconds})
    place = 0.95 * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))
