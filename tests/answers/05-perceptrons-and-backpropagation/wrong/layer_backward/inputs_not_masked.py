# caught by: closed-units
"""Lets the inputs hear from closed units, too."""


def layer_backward(x, weight, bias, d_out):
    sums = x @ weight + bias
    if d_out.shape != sums.shape:
        raise ValueError("another shape")
    d_sum = d_out * (sums > 0)
    return d_out @ weight.T, x.T @ d_sum, d_sum.sum(dim=0)
