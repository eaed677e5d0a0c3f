# caught by: weights
"""Multiplies by the weights as they are, or fails."""


def layer_backward(x, weight, bias, d_out):
    sums = x @ weight + bias
    if d_out.shape != sums.shape:
        raise ValueError("another shape")
    d_sum = d_out * (sums > 0)
    return d_sum @ weight, x.T @ d_sum, d_sum.sum(dim=0)
