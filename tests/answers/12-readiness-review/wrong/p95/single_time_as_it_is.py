# caught by: one-or-thousands
"""Against 'a Python float' and 'whole numbers are fine, too': a single whole number comes back as an int."""


def p95(seconds: list[float]) -> float:
    if len(seconds) == 0:
        raise ValueError("no times")
    if len(seconds) == 1:
        return seconds[0]
    ordered = sorted(seconds)
    place = 0.95 * (len(ordered) - 1)
    below = int(place)
    return ordered[below] + (place - below) * (ordered[below + 1] - ordered[below])
