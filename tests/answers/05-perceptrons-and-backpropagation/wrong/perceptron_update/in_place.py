# caught by: inputs-untouched
"""Moves the weights that it was given."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    move = label - int(weights @ point + bias > 0)
    weights += move * point
    return weights, bias + move
