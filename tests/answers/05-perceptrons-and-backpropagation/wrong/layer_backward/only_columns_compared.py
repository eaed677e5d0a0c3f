# caught by: mismatch
"""Compares the number of units only."""


def layer_backward(x, weight, bias, d_out):
    sums = x @ weight + bias
    if d_out.shape[-1:] != sums.shape[-1:]:
        raise ValueError("another shape")
    d_sum = d_out * (sums > 0)
    return d_sum @ weight.T, x.T @ d_sum, d_sum.sum(dim=0)
