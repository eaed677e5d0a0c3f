# caught by: moves-after-mistakes
"""Learns from the ones that it missed, not from false alarms."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    if label == 1 and weights @ point + bias <= 0:
        return weights + point, bias + 1
    return weights.clone(), bias
