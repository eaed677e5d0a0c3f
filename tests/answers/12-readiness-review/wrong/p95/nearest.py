# caught by: slow-end
"""The nearest of the times, without the straight line."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    ordered = sorted(seconds)
    return float(ordered[round(0.95 * (len(ordered) - 1))])
