# caught by: edges
"""A bin holds its lower edge: int(confidence * bins)."""


def calibration_error(confidence, right, bins=10):
    if bins < 1 or confidence.ndim != 1 or confidence.shape != right.shape or not len(confidence):
        raise ValueError("input")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("input")
    c, r, total = confidence.double(), right.double(), 0.0
    place = (c * bins).long().clamp(max=bins - 1)
    for i in range(bins):
        inside = place == i
        if inside.any():
            total += (inside.sum() * (c[inside].mean() - r[inside].mean()).abs()).item()
    return total / len(c)
