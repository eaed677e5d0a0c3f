# caught by: list-untouched
"""Sorts the caller's list."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    seconds.sort()
    place = 0.95 * (len(seconds) - 1)
    below = int(place)
    above = min(below + 1, len(seconds) - 1)
    return float(seconds[below] + (place - below) * (seconds[above] - seconds[below]))
