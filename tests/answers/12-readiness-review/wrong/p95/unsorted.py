# caught by: slow-end
"""Forgets to sort."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    place = 0.95 * (len(seconds) - 1)
    below = int(place)
    above = min(below + 1, len(seconds) - 1)
    return float(seconds[below] + (place - below) * (seconds[above] - seconds[below]))
