# caught by: bias-decides
"""Compares the sum with the bias, as with a threshold."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    move = label - int(weights @ point > bias)
    return weights + move * point, bias + move
