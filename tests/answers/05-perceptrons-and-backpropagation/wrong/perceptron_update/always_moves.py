# caught by: moves-after-mistakes
"""Moves after right answers, too."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    move = 1 if label == 1 else -1
    return weights + move * point, bias + move
