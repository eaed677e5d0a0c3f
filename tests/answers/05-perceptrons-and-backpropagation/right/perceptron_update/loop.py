"""Number by number, the new weights in a list first."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    total = bias
    for w, x in zip(weights.tolist(), point.tolist()):
        total += w * x
    said = int(total > 0)
    moved = [w + (label - said) * x for w, x in zip(weights.tolist(), point.tolist())]
    return torch.tensor(moved, dtype=weights.dtype), bias + (label - said)
