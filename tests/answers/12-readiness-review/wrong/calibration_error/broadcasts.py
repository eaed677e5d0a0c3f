# caught by: no-such-answers
"""Does not compare the shapes: one answer is spread over all confidences."""


def calibration_error(confidence, right, bins=10):
    if bins < 1 or not len(confidence) or not len(right):
        raise ValueError("input")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("input")
    c, total = confidence.double(), 0.0
    r = right.double().flatten()
    r = r.expand(len(c)) if len(r) == 1 else r[: len(c)]
    c = c[: len(r)]
    for i in range(bins):
        inside = (c <= (i + 1) / bins) & ((c > i / bins) | (i == 0))
        if inside.any():
            total += (inside.sum() * (c[inside].mean() - r[inside].mean()).abs()).item()
    return total / len(c)
