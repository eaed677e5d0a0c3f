# caught by: moves-after-mistakes
"""Takes the sum itself for the answer, as for regression."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    move = label - float(weights @ point + bias)
    return weights + move * point, bias + move
