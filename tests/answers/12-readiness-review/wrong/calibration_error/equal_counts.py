# caught by: weighted-distance
"""Sorts and cuts into bins of equally many answers, not of equal width."""


def calibration_error(confidence, right, bins=10):
    if bins < 1 or confidence.ndim != 1 or confidence.shape != right.shape or not len(confidence):
        raise ValueError("input")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("input")
    order = confidence.argsort()
    c, r = confidence.double()[order], right.double()[order]
    total = 0.0
    for cc, rr in zip(c.tensor_split(bins), r.tensor_split(bins)):
        if len(cc):
            total += len(cc) * (cc.mean() - rr.mean()).abs().item()
    return total / len(c)
