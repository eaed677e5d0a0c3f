# caught by: inputs
"""Adds the weights up before it multiplies."""


def layer_backward(x, weight, bias, d_out):
    sums = x @ weight + bias
    if d_out.shape != sums.shape:
        raise ValueError("another shape")
    d_sum = d_out * (sums > 0)
    return d_sum.sum(1, keepdim=True) * weight.sum(1), x.T @ d_sum, d_sum.sum(dim=0)
