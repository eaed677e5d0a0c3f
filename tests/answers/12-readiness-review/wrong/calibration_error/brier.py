# caught by: weighted-distance
"""The mean squared distance: Brier's score."""


def calibration_error(confidence, right, bins=10):
    if bins < 1 or confidence.ndim != 1 or confidence.shape != right.shape or not len(confidence):
        raise ValueError("input")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("input")
    return ((confidence.double() - right.double()) ** 2).mean().item()
