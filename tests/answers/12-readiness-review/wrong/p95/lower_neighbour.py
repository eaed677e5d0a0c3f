# caught by: slow-end
"""Cuts the place down to a whole number."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    ordered = sorted(seconds)
    return float(ordered[int(0.95 * (len(ordered) - 1))])
