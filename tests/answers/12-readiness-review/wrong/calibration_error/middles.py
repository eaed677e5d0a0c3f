# caught by: weighted-distance
"""Takes the middle of each bin for its mean confidence."""


def calibration_error(confidence, right, bins=10):
    if bins < 1 or confidence.ndim != 1 or confidence.shape != right.shape or not len(confidence):
        raise ValueError("input")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("input")
    c, r, total = confidence.double(), right.double(), 0.0
    for i in range(bins):
        inside = (c <= (i + 1) / bins) & ((c > i / bins) | (i == 0))
        if inside.any():
            total += (inside.sum() * ((i + 0.5) / bins - r[inside].mean()).abs()).item()
    return total / len(c)
