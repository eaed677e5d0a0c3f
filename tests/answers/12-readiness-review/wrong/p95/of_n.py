# caught by: slow-end
"""Takes the place 0.95 n."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    ordered = sorted(seconds)
    place = min(0.95 * len(ordered), len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))
