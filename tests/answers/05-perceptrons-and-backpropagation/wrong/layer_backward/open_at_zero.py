# caught by: sum-of-zero
"""Lets a sum of 0 pass."""


def layer_backward(x, weight, bias, d_out):
    sums = x @ weight + bias
    if d_out.shape != sums.shape:
        raise ValueError("another shape")
    d_sum = d_out * (sums >= 0)
    return d_sum @ weight.T, x.T @ d_sum, d_sum.sum(dim=0)
