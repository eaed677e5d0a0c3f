# caught by: bad-label
"""Takes every label that comes."""


def perceptron_update(weights, bias, point, label):
    move = label - int(weights @ point + bias > 0)
    return weights + move * point, bias + move
