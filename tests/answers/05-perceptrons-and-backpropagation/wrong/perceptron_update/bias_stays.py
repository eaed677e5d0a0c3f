# caught by: moves-after-mistakes
"""Forgets that the bias moves."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    move = label - int(weights @ point + bias > 0)
    return weights + move * point, bias
