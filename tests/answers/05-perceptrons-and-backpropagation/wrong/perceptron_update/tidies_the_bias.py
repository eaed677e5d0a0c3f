# caught by: right-stays
"""Tidies the bias to one decimal where the answer was right."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("label must be 0 or 1")
    said = int(float(weights @ point) + bias > 0)
    if said == label:
        return weights.clone(), float(round(bias, 1))
    move = label - said
    return weights + move * point, bias + move
