# caught by: weights
"""Gives the table of weights turned round."""


def layer_backward(x, weight, bias, d_out):
    sums = x @ weight + bias
    if d_out.shape != sums.shape:
        raise ValueError("another shape")
    d_sum = d_out * (sums > 0)
    return d_sum @ weight.T, d_sum.T @ x, d_sum.sum(dim=0)
