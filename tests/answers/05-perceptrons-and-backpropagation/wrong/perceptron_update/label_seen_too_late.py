# caught by: bad-label
"""Looks at the label only where something moves."""


def perceptron_update(weights, bias, point, label):
    said = int(weights @ point + bias > 0)
    if said == label or (label > 0) == (said > 0):
        return weights, bias
    if label not in (0, 1):
        raise ValueError("0 or 1")
    return weights + (label - said) * point, bias + (label - said)
