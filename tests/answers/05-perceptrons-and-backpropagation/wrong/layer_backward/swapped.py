# caught by: weights
"""Gives the weights first."""


def layer_backward(x, weight, bias, d_out):
    sums = x @ weight + bias
    if d_out.shape != sums.shape:
        raise ValueError("another shape")
    d_sum = d_out * (sums > 0)
    return x.T @ d_sum, d_sum @ weight.T, d_sum.sum(dim=0)
