"""Spelled out as the three cases of the card."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    says = 1 if (weights * point).sum() + bias > 0 else 0
    if says == label:
        return weights, bias
    if label == 1:
        return weights + point, bias + 1
    return weights - point, bias - 1
