# caught by: bias-decides
"""Leaves the bias out of the decision."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    move = label - int(weights @ point > 0)
    return weights + move * point, bias + move
