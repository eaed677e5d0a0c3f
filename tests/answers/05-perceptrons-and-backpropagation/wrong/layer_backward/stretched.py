# caught by: mismatch
"""Lets one row or column stand for all."""


def layer_backward(x, weight, bias, d_out):
    sums = x @ weight + bias
    d_sum = d_out * (sums > 0)
    return d_sum @ weight.T, x.T @ d_sum, d_sum.sum(dim=0)
