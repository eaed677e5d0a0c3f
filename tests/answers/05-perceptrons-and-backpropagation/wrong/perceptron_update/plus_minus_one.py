# caught by: moves-after-mistakes
"""Reads the answer as -1 or 1 and the label as it is, so that the move is too long."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    said = 1 if weights @ point + bias > 0 else -1
    wanted = 2 * label - 1
    return weights + (wanted - said) * point, bias + (wanted - said)
