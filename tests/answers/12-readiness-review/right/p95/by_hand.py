"""By hand, with the weights of both neighbours."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    ordered = list(seconds)
    ordered.sort()
    place = 0.95 * (len(ordered) - 1)
    below = math.floor(place)
    rest = place - below
    if rest == 0:
        return float(ordered[below])
    return float((1 - rest) * ordered[below] + rest * ordered[below + 1])
