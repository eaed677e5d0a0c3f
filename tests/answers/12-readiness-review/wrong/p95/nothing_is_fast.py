# caught by: no-times
"""Without times it says 0."""


def p95(seconds):
    if not seconds:
        return 0.0
    ordered = sorted(seconds)
    place = 0.95 * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))
