# caught by: weights-and-bias
"""The bias becomes a tensor with one number."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    said = (weights @ point + bias > 0).long()
    return weights + (label - said) * point, bias + (label - said)
