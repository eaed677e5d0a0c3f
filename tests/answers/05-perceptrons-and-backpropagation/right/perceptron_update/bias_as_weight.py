"""The bias as one more weight on a constant 1."""


def perceptron_update(weights, bias, point, label):
    if label not in (0, 1):
        raise ValueError("0 or 1")
    one = torch.ones(1, dtype=weights.dtype)
    w = torch.cat([weights, bias * one])
    x = torch.cat([point, one])
    w = w + (label - int(w @ x > 0)) * x
    return w[:-1].clone(), w[-1].item()
