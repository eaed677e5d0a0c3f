# caught by: moves-after-mistakes
"""Adds where it should subtract."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    move = int(weights @ point + bias > 0) - label
    return weights + move * point, bias + move
