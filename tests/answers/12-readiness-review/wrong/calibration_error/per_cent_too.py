# caught by: no-such-answers
"""Takes 80 for 0.8."""


def calibration_error(confidence, right, bins=10):
    if bins < 1 or confidence.ndim != 1 or confidence.shape != right.shape or not len(confidence):
        raise ValueError("input")
    if confidence.max() > 2:
        confidence = confidence / 100
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("input")
    c, r, total = confidence.double(), right.double(), 0.0
    for i in range(bins):
        inside = (c <= (i + 1) / bins) & ((c > i / bins) | (i == 0))
        if inside.any():
            total += (inside.sum() * (c[inside].mean() - r[inside].mean()).abs()).item()
    return total / len(c)
