# caught by: slow-end
"""Gives the lower neighbour the weight of the upper one."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    ordered = sorted(seconds)
    place = 0.95 * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[above] + (place - below) * (ordered[below] - ordered[above]))
